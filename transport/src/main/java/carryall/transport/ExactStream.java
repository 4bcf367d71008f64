package carryall.transport;

import java.io.IOException;
import java.io.InputStream;

/// The next `length` bytes of a stream, no more and no fewer: the end comes only after all of them.
final class ExactStream extends InputStream {
    /// Says what it means that the stream ended before.
    interface Cut {
        IOException after(long bytes);
    }

    private final InputStream from;
    private final long length;
    private final Cut cut;
    private long done;

    ExactStream(InputStream from, long length, Cut cut) {
        this.from = from;
        this.length = length;
        this.cut = cut;
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
        if (done == length) {
            return -1;
        }
        int read = from.read(buffer, offset, (int) Math.min(count, length - done));
        if (read < 0) {
            throw cut.after(done);
        }
        done += read;
        return read;
    }

    @Override
    public void close() throws IOException {
        from.close();
    }
}
