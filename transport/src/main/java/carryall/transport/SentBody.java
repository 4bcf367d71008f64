package carryall.transport;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// A blob on its way out: how much of it has gone, and whether it failed on this side.
final class SentBody {
    private final Blob blob;
    private final AtomicLong sent = new AtomicLong();
    private final AtomicReference<Optional<IOException>> failure =
            new AtomicReference<>(Optional.empty());

    SentBody(Blob blob) {
        this.blob = blob;
    }

    long sent() {
        return sent.get();
    }

    /// Why it could not be read, if it could not.
    Optional<IOException> failure() {
        return failure.get();
    }

    BodyPublisher publisher() {
        return blob.size() == 0
                ? BodyPublishers.noBody()
                : BodyPublishers.fromPublisher(
                        BodyPublishers.ofInputStream(Counted::new), blob.size());
    }

    private final class Counted extends InputStream {
        private Optional<InputStream> opened = Optional.empty();
        private long count;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int wanted) throws IOException {
            try {
                if (opened.isEmpty()) {
                    opened = Optional.of(blob.open());
                }
                int read = opened.get().read(buffer, offset, wanted);
                count += Math.max(0, read);
                if (count > blob.size() || (read < 0 && count < blob.size())) {
                    throw new IOException("a blob of " + blob.size() + " bytes has another length");
                }
                sent.addAndGet(Math.max(0, read));
                return read;
            } catch (IOException own) {
                failure.set(Optional.of(own));
                throw own;
            }
        }

        @Override
        public void close() throws IOException {
            if (opened.isPresent()) {
                opened.get().close();
            }
        }
    }
}
