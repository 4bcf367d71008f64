package carryall.transport;

import carryall.crypto.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/// A body that must have `length` bytes: its end comes only after all of them, and nothing after.
final class ExactAnswer extends InputStream {
    private final String location;
    private final Digest digest;
    private final InputStream from;
    private final long length;
    private long done;

    ExactAnswer(String location, Digest digest, InputStream from, long length) {
        this.location = location;
        this.digest = digest;
        this.from = from;
        this.length = length;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        int read;
        try {
            read = from.read(buffer, offset, count);
        } catch (WatchedBody.Cut cut) {
            throw new TransportException.Unreachable(
                    location,
                    "the connection was cut after " + done + " of " + length + " bytes",
                    Optional.empty());
        }
        if (read < 0 && done == length) {
            return -1;
        }
        if (read < 0 || read > length - done) {
            throw new TransportException.Damaged(
                    location,
                    digest,
                    read < 0
                            ? "it ended after " + done + " of " + length + " bytes"
                            : "more than " + length + " bytes came");
        }
        done += read;
        return read;
    }

    @Override
    public void close() throws IOException {
        from.close();
    }
}
