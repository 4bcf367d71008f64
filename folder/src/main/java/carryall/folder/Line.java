package carryall.folder;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// The host's end of a line to a guest: one stream of bytes that carries the connections of the
/// guest's NFS client to a [FolderServer]. `docs/formats/line.md` has what is said.
///
/// A guest that was saved and goes on elsewhere may have half a frame in its hands, and so may the
/// guest's end when it is started anew. So a line begins with a greeting: the host says a fresh
/// token, and counts nothing as said before the guest has said the same. What breaks the rules
/// begins the line anew, which closes all connections; a client makes new ones.
///
/// Threads: the one that runs it reads; each connection has one of its own. They share the state,
/// and take turns at writing. Costs a connection: 256 KiB for what came and was not taken, beside
/// what the server takes.
public final class Line implements AutoCloseable {
    private final ByteChannel channel;
    private final FolderServer server;
    private final Runnable met;
    private final LineInput input;

    /// Of which all connections are part; its own monitor.
    private final Object state = new Object();

    private boolean isHeld;

    /// By number. Guarded by the state.
    private final Map<Integer, LineConnection> connections = new HashMap<>();

    private final Semaphore places = new Semaphore(FolderServer.MOST_CONNECTIONS);

    /// Held by who writes a frame.
    private final Object output = new Object();

    private Line(ByteChannel channel, FolderServer server, Runnable met) {
        this.channel = channel;
        this.server = server;
        this.met = met;
        this.input = new LineInput(channel);
    }

    /// A line that has not begun.
    ///
    /// @param channel to the guest, connected and blocking; the line's own, and closed with it
    /// @param server that answers; the caller's
    /// @param met told each time that the guest's end was met; must not block
    public static Line over(ByteChannel channel, FolderServer server, Runnable met) {
        return new Line(channel, server, met);
    }

    /// Answers the guest until the channel ends. Whatever a guest says ends no more than its own
    /// connections.
    public void run() {
        try (this) {
            while (true) {
                greet();
                met.run();
                try {
                    boolean isWell = true;
                    while (isWell) {
                        isWell = obey(input.next());
                    }
                } catch (ProtocolException garbled) {
                    // It begins anew.
                }
            }
        } catch (IOException left) {
            // The guest's machine ended, or the line was closed.
        }
    }

    private void greet() throws IOException {
        endAll();
        LineToken token = LineToken.fresh();
        write(LineFrame.greeting(token));
        LineToken heard = input.seek();
        while (!heard.equals(token)) {
            if (heard.equals(LineToken.NONE)) {
                // Who was greeted may have gone before it answered.
                token = LineToken.fresh();
                write(LineFrame.greeting(token));
            }
            heard = input.seek();
        }
        input.takeGreeting();
    }

    /// Does what a frame says. A connection that is not known was closed here, and the guest did
    /// not know it yet.
    ///
    /// @return false if the line is to begin anew
    private boolean obey(LineFrame frame) throws IOException {
        return switch (frame) {
            case LineFrame.Greeting _ -> false;
            case LineFrame.Open(int number) -> open(number);
            case LineFrame.Data(int number, ByteBuffer bytes) ->
                    known(number).map(known -> known.receive(bytes)).orElse(true);
            case LineFrame.Window(int number, int bytes) ->
                    known(number).map(known -> known.grant(bytes)).orElse(true);
            case LineFrame.Close(int number) -> {
                synchronized (output) {
                    Optional<LineConnection> known = known(number);
                    if (known.isPresent() && remove(known.get())) {
                        known.get().end();
                        write(LineFrame.head(LineFrame.CLOSE, number, 0));
                    }
                }
                yield true;
            }
        };
    }

    private Optional<LineConnection> known(int number) {
        synchronized (state) {
            return Optional.ofNullable(connections.get(number));
        }
    }

    private boolean open(int number) throws IOException {
        LineConnection connection = new LineConnection(this, number);
        synchronized (state) {
            if (connections.containsKey(number)) {
                return false;
            }
            if (connections.size() < FolderServer.MOST_CONNECTIONS
                    && places.getQueueLength() < FolderServer.MOST_CONNECTIONS) {
                connections.put(number, connection);
                Thread.ofVirtual()
                        .name("folder connection " + number)
                        .start(() -> serve(connection));
                return true;
            }
        }
        synchronized (output) {
            write(LineFrame.head(LineFrame.CLOSE, number, 0));
        }
        return true;
    }

    private void serve(LineConnection connection) {
        // The server may not have noticed yet that others ended.
        places.acquireUninterruptibly();
        try {
            server.serve(connection);
        } catch (IOException refused) {
            // It is closed below.
        } finally {
            places.release();
        }
        connection.close();
        try {
            synchronized (output) {
                if (remove(connection)) {
                    write(LineFrame.head(LineFrame.CLOSE, connection.number(), 0));
                }
            }
        } catch (IOException lineIsOver) {
            // Who runs it notices.
        }
    }

    private boolean remove(LineConnection connection) {
        synchronized (state) {
            return connections.remove(connection.number(), connection);
        }
    }

    private void endAll() {
        synchronized (state) {
            connections.values().forEach(LineConnection::end);
            connections.clear();
        }
    }

    /// The monitor of all connections' state.
    Object state() {
        return state;
    }

    /// Whether no request is to begin. The caller holds the state.
    boolean isHeld() {
        return isHeld;
    }

    /// Says something on a connection.
    void say(LineConnection connection, ByteBuffer frame) throws IOException {
        synchronized (output) {
            if (connection.isEnded()) {
                throw new ClosedChannelException();
            }
            write(frame);
        }
    }

    private void write(ByteBuffer frame) throws IOException {
        synchronized (output) {
            while (frame.hasRemaining()) {
                channel.write(frame);
            }
        }
    }

    /// Lets no further request begin, and waits until those under way are answered and the answers
    /// have reached the guest: what it asked then and later is done once, when it asks again.
    ///
    /// @return false if that took longer than `patience`; the line is held nevertheless
    public boolean hold(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        synchronized (state) {
            isHeld = true;
            while (!connections.values().stream().allMatch(LineConnection::isQuiet)) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (left <= 0) {
                    return false;
                }
                state.wait(left);
            }
            return true;
        }
    }

    /// Goes on after [#hold].
    public void release() {
        synchronized (state) {
            isHeld = false;
            state.notifyAll();
        }
    }

    /// Ends the line and its connections.
    @Override
    public void close() throws IOException {
        channel.close();
        endAll();
    }
}
