package carryall.release;

import carryall.chunk.Frame;
import carryall.crypto.Digest;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// A repository of which one place in one pack is wrong or cannot be read, until it is mended.
final class LossyRepository implements Repository {
    /// What is the matter with the place.
    enum Loss {
        /// Its bytes are others.
        WRONG,
        /// Whoever reads up to it is cut.
        CUT
    }

    private final Repository real;
    private final Loss loss;
    private final Digest pack;
    private final long from;
    private final long to;
    private final AtomicInteger tries = new AtomicInteger();
    private volatile boolean isMended;

    /// @param from offset of the first lost byte in the pack
    /// @param to behind the last
    LossyRepository(Repository real, Loss loss, Digest pack, long from, long to) {
        this.real = real;
        this.loss = loss;
        this.pack = pack;
        this.from = from;
        this.to = to;
    }

    /// With a whole frame lost.
    static LossyRepository of(Repository real, Loss loss, Digest pack, Frame frame) {
        return new LossyRepository(
                real, loss, pack, frame.offset(), frame.offset() + frame.stored());
    }

    void mend() {
        isMended = true;
    }

    /// How often the place was asked for in vain.
    int tries() {
        return tries.get();
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        InputStream input = real.range(digest, size, offset, length);
        if (isMended || !digest.equals(pack) || offset >= to || offset + length <= from) {
            return input;
        }
        tries.incrementAndGet();
        return new Lossy(input, offset);
    }

    private final class Lossy extends FilterInputStream {
        private long at;

        Lossy(InputStream input, long offset) {
            super(input);
            this.at = offset;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            long most = at < from ? from - at : length;
            if (loss == Loss.CUT && at >= from) {
                throw new TransportException.Unreachable(location(), "cut", Optional.empty());
            }
            int read = super.read(bytes, offset, (int) Math.min(length, most));
            for (int i = 0; i < read; i++) {
                if (at + i >= from && at + i < to) {
                    bytes[offset + i] ^= 0x55;
                }
            }
            at += Math.max(0, read);
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            return readNBytes((int) bytes).length;
        }
    }

    @Override
    public String location() {
        return real.location();
    }

    @Override
    public List<String> tags() throws TransportException {
        return real.tags();
    }

    @Override
    public Optional<Manifest> resolve(String tag) throws TransportException {
        return real.resolve(tag);
    }

    @Override
    public Manifest manifest(Digest digest) throws TransportException {
        return real.manifest(digest);
    }

    @Override
    public byte[] blob(Digest digest, long size) throws TransportException {
        return real.blob(digest, size);
    }

    @Override
    public boolean has(Digest digest) throws TransportException {
        return real.has(digest);
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        real.put(digest, blob);
    }

    @Override
    public void put(Manifest manifest, List<String> tags) throws TransportException {
        real.put(manifest, tags);
    }
}
