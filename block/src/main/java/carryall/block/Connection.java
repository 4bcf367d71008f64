package carryall.block;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/// One client, from its greeting to its end. The thread that runs it owns the input: it answers
/// requests whose content is here in the order in which they came. A request that has to wait gets
/// a virtual thread, which has the content come, piece by piece, and answers then.
///
/// A waiting request holds one of the server's few places while content comes, and none while its
/// client takes the reply: whoever asks and does not read keeps nobody else from waiting.
final class Connection {
    /// Requests that wait, for a place, for content, or for their turn to be answered. No clients
    /// of today have so many. Whoever has is not heard until one is answered; nor is it noticed
    /// before that if it leaves.
    static final int MOST_WAITING = 256;

    private static final int WAIT_PIECE = 512 << 10;
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private final SocketChannel socket;
    private final Map<String, BlockDevice> exports;
    private final Places places;
    private final Duration longestHandshake;
    private final CountDownLatch agreed = new CountDownLatch(1);
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private final Semaphore own = new Semaphore(Places.MOST_OF_ONE);

    /// The threads that read the device now; an interrupt reaches them there and nowhere else.
    /// Guarded by itself, as is [#over].
    private final Set<Thread> reading = new HashSet<>();

    private boolean over;

    Connection(
            SocketChannel socket,
            Map<String, BlockDevice> exports,
            Places places,
            Duration longestHandshake) {
        this.socket = socket;
        this.exports = exports;
        this.places = places;
        this.longestHandshake = longestHandshake;
    }

    /// Serves until the client leaves or [#stop] is called; then nothing of it is left.
    void run() {
        Buffers buffers = places.buffers();
        Thread watch = Thread.ofVirtual().name("nbd handshake watch").start(this::watch);
        try {
            Input input = new Input(socket, buffers.in());
            Optional<Session> session = new Handshake(socket, input, exports).agree();
            agreed.countDown();
            if (session.isPresent()) {
                serve(input, session.get(), buffers.out());
            }
        } catch (IOException gone) {
            // The client left, or said what no client may say. Nobody is there to be told.
        } finally {
            agreed.countDown();
            stop();
            if (ended(watch)) {
                places.back(buffers);
            }
        }
    }

    /// Leaves the client. Returns at once; any thread may call.
    void stop() {
        try {
            socket.close();
        } catch (IOException unlikely) {
            // It is closed all the same.
        }
        synchronized (reading) {
            over = true;
            reading.forEach(Thread::interrupt);
        }
    }

    private void watch() {
        try {
            if (!agreed.await(longestHandshake.toMillis(), TimeUnit.MILLISECONDS)) {
                socket.close();
            }
        } catch (IOException | InterruptedException left) {
            // There is nothing to watch.
        }
    }

    /// Whether all threads of this connection have ended.
    private boolean ended(Thread watch) {
        try {
            watch.join();
            return waiting.tryAcquire(MOST_WAITING, LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void serve(Input input, Session session, ByteBuffer out) throws IOException {
        Replies replies = new Replies(socket, session, out);
        try {
            while (true) {
                if (!input.has(Request.BYTES)) {
                    replies.flush();
                }
                Request request = Request.from(input);
                if (request.command() == Protocol.CMD_DISC) {
                    replies.flush();
                    return;
                }
                if (request.command() == Protocol.CMD_WRITE) {
                    replies.flush();
                    refuseWrite(input, request);
                }
                answer(request, session, replies);
            }
        } finally {
            stop(); // Or a reply that nobody takes would keep its turn for ever.
            replies.close();
        }
    }

    private static void refuseWrite(Input input, Request request) throws IOException {
        if (request.length() > Protocol.MOST_PAYLOAD) {
            throw new ProtocolException("a write of " + request.length() + " bytes");
        }
        input.skip(request.length());
    }

    private void answer(Request request, Session session, Replies replies) throws IOException {
        int error = error(request, session);
        if (error != 0) {
            replies.error(request, error);
            return;
        }
        switch (request.command()) {
            case Protocol.CMD_READ, Protocol.CMD_CACHE -> {
                if (isReady(request, session.device())) {
                    deliver(request, replies);
                } else {
                    answerLater(request, session.device(), replies);
                }
            }
            case Protocol.CMD_BLOCK_STATUS -> replies.allocation(request);
            default -> replies.done(request); // A flush: nothing is ever written.
        }
    }

    /// What is wrong with a request; 0 if nothing is.
    private static int error(Request request, Session session) {
        boolean within = request.length() > 0 && request.isWithin(session.device().size());
        return switch (request.command()) {
            case Protocol.CMD_READ ->
                    within
                                    && request.length() <= Protocol.MOST_PAYLOAD
                                    && request.hasOnly(
                                            session.isStructured() ? Protocol.FLAG_DF : 0)
                            ? 0
                            : Protocol.EINVAL;
            case Protocol.CMD_BLOCK_STATUS ->
                    within
                                    && session.form() == Session.Form.STRUCTURED_WITH_ALLOCATION
                                    && request.hasOnly(Protocol.FLAG_REQ_ONE)
                            ? 0
                            : Protocol.EINVAL;
            case Protocol.CMD_CACHE -> within && request.hasOnly(0) ? 0 : Protocol.EINVAL;
            case Protocol.CMD_FLUSH -> request.hasOnly(0) ? 0 : Protocol.EINVAL;
            case Protocol.CMD_WRITE, Protocol.CMD_TRIM, Protocol.CMD_WRITE_ZEROES -> Protocol.EPERM;
            default -> Protocol.EINVAL;
        };
    }

    private static boolean isReady(Request request, BlockDevice device) {
        long end = request.offset() + request.length();
        for (long at = request.offset(); at < end; ) {
            int some = (int) Math.min(Protocol.MOST_PAYLOAD, end - at);
            if (!device.isReady(at, some)) {
                return false;
            }
            at += some;
        }
        return true;
    }

    private static void deliver(Request request, Replies replies) throws IOException {
        if (request.command() == Protocol.CMD_READ) {
            replies.content(request);
        } else {
            replies.done(request);
        }
    }

    private void answerLater(Request request, BlockDevice device, Replies replies)
            throws IOException {
        if (!waiting.tryAcquire()) {
            replies.flush();
            waiting.acquireUninterruptibly(); // Whoever waits is interrupted at the end.
        }
        Thread.ofVirtual()
                .name("nbd wait")
                .start(() -> {
                    boolean whole = false;
                    try {
                        waitAndAnswer(request, device, replies);
                        whole = true;
                    } catch (IOException gone) {
                        // The client is; its connection ends, or has.
                    } finally {
                        if (!whole) {
                            stop(); // Or the client would wait for ever for this one reply.
                        }
                        waiting.release();
                    }
                });
    }

    private void waitAndAnswer(Request request, BlockDevice device, Replies replies)
            throws IOException {
        boolean came;
        synchronized (reading) {
            if (over) {
                return;
            }
            reading.add(Thread.currentThread());
        }
        try {
            came = fetch(request, device);
        } catch (InterruptedException stop) {
            return;
        } finally {
            synchronized (reading) {
                reading.remove(Thread.currentThread());
            }
            Thread.interrupted(); // It was for the device.
        }
        if (came) {
            deliver(request, replies);
        } else {
            replies.error(request, Protocol.EIO);
        }
        replies.flush();
    }

    /// Has the content of a request come.
    ///
    /// @return whether it did
    private boolean fetch(Request request, BlockDevice device) throws InterruptedException {
        own.acquire();
        try (Places.Place _ = places.take()) {
            ByteBuffer piece = ByteBuffer.allocate((int) Math.min(WAIT_PIECE, request.length()));
            long end = request.offset() + request.length();
            for (long at = request.offset(); at < end; at += piece.limit()) {
                piece.clear().limit((int) Math.min(piece.capacity(), end - at));
                device.read(at, piece);
            }
            return true;
        } catch (IOException failed) {
            return false;
        } finally {
            own.release();
        }
    }
}
