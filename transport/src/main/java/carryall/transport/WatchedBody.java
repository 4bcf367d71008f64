package carryall.transport;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The bytes of an answer as they come. Time that the reader waits for them is counted; when that
/// makes up `stall`, enough bytes must have come in it. At most two pieces are held in memory: the
/// next is asked for when one was read.
///
/// Read by one thread; filled by the client's.
final class WatchedBody extends InputStream implements BodySubscriber<InputStream> {
    /// The connection ended before its time.
    static final class Cut extends IOException {
        Cut(Throwable cause) {
            super("the connection was cut", cause);
        }
    }

    private sealed interface Piece {
        record Bytes(List<ByteBuffer> buffers) implements Piece {}

        record Failed(Throwable cause) implements Piece {}

        record End() implements Piece {}
    }

    private final String location;
    private final Duration stall;
    private final long fewestBytes;
    private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
    private final Deque<ByteBuffer> current = new ArrayDeque<>();
    private volatile Flow.@Nullable Subscription subscription;
    private volatile boolean closed;
    private boolean ended;
    private long waitedNanos;
    private long bytesMeanwhile;

    WatchedBody(String location, HttpSettings settings) {
        this.location = location;
        this.stall = settings.stall();
        this.fewestBytes = Math.max(1, settings.slowestBytesPerSecond() * stall.toMillis() / 1000);
    }

    @Override
    public CompletionStage<InputStream> getBody() {
        return CompletableFuture.completedFuture(this);
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (closed) {
            given.cancel();
        } else {
            given.request(1);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        pieces.add(new Piece.Bytes(buffers));
    }

    @Override
    public void onError(Throwable cause) {
        pieces.add(new Piece.Failed(cause));
    }

    @Override
    public void onComplete() {
        pieces.add(new Piece.End());
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int count) throws IOException {
        if (count == 0) {
            return 0;
        }
        while (current.isEmpty()) {
            if (ended) {
                return -1;
            }
            take(next());
        }
        ByteBuffer first = current.element();
        int read = Math.min(count, first.remaining());
        first.get(target, offset, read);
        if (!first.hasRemaining()) {
            current.remove();
        }
        return read;
    }

    private void take(Piece piece) throws IOException {
        switch (piece) {
            case Piece.Bytes(List<ByteBuffer> buffers) -> {
                for (ByteBuffer buffer : buffers) {
                    bytesMeanwhile += buffer.remaining();
                    if (buffer.hasRemaining()) {
                        current.add(buffer);
                    }
                }
                Flow.Subscription source = subscription;
                if (source != null) {
                    source.request(1);
                }
            }
            case Piece.Failed(Throwable cause) -> throw new Cut(cause);
            case Piece.End() -> ended = true;
        }
    }

    private Piece next() throws IOException {
        while (true) {
            long before = System.nanoTime();
            Piece piece;
            try {
                piece =
                        pieces.poll(
                                Math.max(0, stall.toNanos() - waitedNanos), TimeUnit.NANOSECONDS);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("stopped while reading from " + location);
            }
            waitedNanos += System.nanoTime() - before;
            if (waitedNanos >= stall.toNanos()) {
                if (bytesMeanwhile < fewestBytes) {
                    close();
                    throw new TransportException.Unreachable(
                            location,
                            "it stalled; only "
                                    + bytesMeanwhile
                                    + " bytes came in "
                                    + stall.toMillis()
                                    + " ms",
                            Optional.empty());
                }
                waitedNanos = 0;
                bytesMeanwhile = 0;
            }
            if (piece != null) {
                return piece;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        Flow.Subscription source = subscription;
        if (source != null) {
            source.cancel();
        }
    }
}
