package carryall.block;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Serves devices to NBD clients such as QEMU, on a unix socket; see `docs/formats/nbd.md`. Whoever
/// can open the socket can read all of them: its folder must be the user's own.
///
/// Memory is bounded, whatever clients do: [#MOST_CONNECTIONS] connections with buffers of less
/// than half a MiB, and 64 requests that wait with half a MiB each.
public final class NbdServer implements AutoCloseable {
    /// Whoever comes when there are so many is sent away.
    static final int MOST_CONNECTIONS = 32;

    private static final Duration LONGEST_HANDSHAKE = Duration.ofSeconds(30);
    private static final Duration LONGEST_END = Duration.ofSeconds(10);
    private static final Duration PAUSE = Duration.ofMillis(100);

    private final Path path;
    private final ServerSocketChannel socket;
    private final Map<String, BlockDevice> exports;
    private final Duration longestHandshake;
    private final Places places = new Places();
    private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();
    private final Thread accepting = Thread.ofVirtual().name("nbd server").unstarted(this::accept);

    private NbdServer(
            Path path,
            ServerSocketChannel socket,
            Map<String, BlockDevice> exports,
            Duration longestHandshake) {
        this.path = path;
        this.socket = socket;
        this.exports = Map.copyOf(exports);
        this.longestHandshake = longestHandshake;
    }

    /// Listens, and serves until it is closed.
    ///
    /// @param unixSocket where nothing is yet
    /// @param exports devices by the name that clients ask for, `""` being the one for who names
    ///   none; the caller's, to be closed after the server
    /// @throws IOException if the socket cannot be made
    public static NbdServer listen(Path unixSocket, Map<String, BlockDevice> exports)
            throws IOException {
        return listen(unixSocket, exports, LONGEST_HANDSHAKE);
    }

    static NbdServer listen(
            Path unixSocket, Map<String, BlockDevice> exports, Duration longestHandshake)
            throws IOException {
        ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.bind(UnixDomainSocketAddress.of(unixSocket));
        } catch (IOException | RuntimeException failed) {
            socket.close();
            throw failed;
        }
        NbdServer server = new NbdServer(unixSocket, socket, exports, longestHandshake);
        server.accepting.start();
        return server;
    }

    private void accept() {
        while (socket.isOpen()) {
            try {
                welcome(socket.accept());
            } catch (IOException closedOrTooManyFiles) {
                if (socket.isOpen()) {
                    pause();
                }
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE);
        } catch (InterruptedException nobodyDoes) {
            Thread.currentThread().interrupt();
        }
    }

    private void welcome(SocketChannel client) throws IOException {
        if (connections.size() >= MOST_CONNECTIONS) {
            client.close();
            return;
        }
        Connection connection = new Connection(client, exports, places, longestHandshake);
        // Not virtual: a thread that waits in the kernel itself is woken in one step instead of
        // three. One at a time, a client gets twice as many small reads.
        Thread thread =
                Thread.ofPlatform()
                        .daemon()
                        .name("nbd connection")
                        .unstarted(() -> {
                            try {
                                connection.run();
                            } finally {
                                connections.remove(connection);
                            }
                        });
        connections.put(connection, thread);
        thread.start();
    }

    /// Ends all connections and what waits in them, and removes the socket. When it returns, no
    /// device is used any more, unless a read of one did not heed its interrupt for 10 seconds.
    @Override
    public void close() throws IOException {
        socket.close();
        connections.keySet().forEach(Connection::stop);
        try {
            accepting.join();
            // One may have begun in between.
            connections.keySet().forEach(Connection::stop);
            long end = System.nanoTime() + LONGEST_END.toNanos();
            for (Thread thread : connections.values()) {
                thread.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        Files.deleteIfExists(path);
    }
}
