package carryall.transport;

import java.io.IOException;

/// A failure that may pass at once; [Patience] tries again, and gives its meaning if it does not.
final class Passing extends IOException {
    private final TransportException.Unreachable meaning;

    Passing(TransportException.Unreachable meaning) {
        super(meaning);
        this.meaning = meaning;
    }

    TransportException.Unreachable meaning() {
        return meaning;
    }
}
