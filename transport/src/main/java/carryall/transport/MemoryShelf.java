package carryall.transport;

import carryall.crypto.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A shelf in memory, which counts what it is asked. It holds what a folder would hold.
public final class MemoryShelf implements Shelf {
    private final Content content = new Content();

    /// An empty one.
    public MemoryShelf() {}

    @Override
    public String location() {
        return content.location();
    }

    @Override
    public List<String> repositories() throws TransportException {
        return content.index().repositories();
    }

    @Override
    public Repository repository(String name) {
        return new LayoutRepository(content, name);
    }

    /// How many blobs, ranges, lists and puts were asked for so far.
    public long requests() {
        return content.locked(() -> content.requests);
    }

    /// How many bytes were handed out so far, of ranges also what was not read.
    public long bytesRead() {
        return content.locked(() -> content.bytesRead);
    }

    /// Puts other bytes under a digest, as a bad disk or a bad server would.
    public void spoil(Digest digest, byte[] bytes) {
        byte[] copy = bytes.clone();
        content.locked(() -> content.blobs.put(digest, copy));
    }

    /// Loses a blob.
    public void lose(Digest digest) {
        content.locked(() -> content.blobs.remove(digest));
    }

    private static final class Content implements LayoutContent {
        private final ReentrantLock lock = new ReentrantLock(); // guards all below
        private final Map<Digest, byte[]> blobs = new HashMap<>();
        private LayoutIndex index = LayoutIndex.empty();
        private long requests;
        private long bytesRead;

        private interface Step<T extends @Nullable Object> {
            T take();
        }

        private <T extends @Nullable Object> T locked(Step<T> step) {
            lock.lock();
            try {
                return step.take();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public String location() {
            return "memory";
        }

        @Override
        public LayoutIndex index() {
            return locked(() -> {
                requests++;
                return index;
            });
        }

        @Override
        public byte[] blob(Digest digest, long largest) throws TransportException {
            byte[] bytes = found(digest, largest);
            if (bytes.length > largest) {
                throw Sizes.wrongSize(location(), digest, largest, bytes.length);
            }
            return bytes.clone();
        }

        private byte[] found(Digest digest, long wanted) throws TransportException {
            byte[] bytes =
                    locked(() -> {
                        requests++;
                        byte[] all = blobs.get(digest);
                        bytesRead += all == null ? 0 : Math.min(all.length, wanted);
                        return all;
                    });
            if (bytes == null) {
                throw new TransportException.Missing(location(), digest.text());
            }
            return bytes;
        }

        @Override
        public InputStream range(Digest digest, long size, long offset, long length)
                throws TransportException {
            byte[] bytes = found(digest, length);
            if (bytes.length != size) {
                throw Sizes.wrongSize(location(), digest, size, bytes.length);
            }
            return new ByteArrayInputStream(bytes, (int) offset, (int) length);
        }

        @Override
        public boolean has(Digest digest) {
            return locked(() -> {
                requests++;
                return blobs.containsKey(digest);
            });
        }

        @Override
        public void put(Digest digest, Blob blob) throws TransportException {
            byte[] bytes;
            try (InputStream from = blob.open()) {
                bytes = from.readNBytes(Math.toIntExact(Math.addExact(blob.size(), 1)));
            } catch (IOException failure) {
                throw new TransportException.Unusable(location(), failure);
            }
            if (bytes.length != blob.size()) {
                throw new TransportException.Unusable(
                        location(), new IOException("a blob has another length than it says"));
            }
            Sizes.check(location(), digest, blob.size(), bytes);
            locked(() -> {
                requests++;
                return blobs.putIfAbsent(digest, bytes);
            });
        }

        @Override
        public void put(String app, Manifest manifest, List<String> tags) {
            byte[] bytes = manifest.text().getBytes(StandardCharsets.UTF_8);
            locked(() -> {
                requests++;
                index = index.with(app, manifest, bytes.length, tags);
                return blobs.putIfAbsent(manifest.digest(), bytes);
            });
        }
    }
}
