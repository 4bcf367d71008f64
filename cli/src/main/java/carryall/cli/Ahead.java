package carryall.cli;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.release.Fetching;
import carryall.release.HeadStart;
import java.io.IOException;
import java.util.Optional;

/// What `run` fetches of a release while the keeper is still to start; nothing, for most. One
/// thread.
final class Ahead implements AutoCloseable {
    private Optional<Fetching> fetching = Optional.empty();
    private Optional<HeadStart> start = Optional.empty();

    /// Takes over a fetching, and begins.
    void begin(Fetching begun, InstalledAppliance arriving) throws IOException {
        fetching = Optional.of(begun);
        start = Optional.of(begun.ahead(arriving));
    }

    boolean hasBegun() {
        return fetching.isPresent();
    }

    /// Waits for one part.
    void get(Appliance.Part part) throws IOException {
        start.orElseThrow().get(part);
    }

    /// Begins with the rest.
    void goOn() {
        start.ifPresent(HeadStart::goOn);
    }

    @Override
    public void close() {
        try (Fetching _ = fetching.orElse(null);
                HeadStart _ = start.orElse(null)) {
            fetching = Optional.empty();
            start = Optional.empty();
        } catch (IOException nothingIsLost) {
            // The keeper looks at each chunk itself.
        }
    }
}
