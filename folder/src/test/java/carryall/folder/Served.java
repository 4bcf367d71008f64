package carryall.folder;

import carryall.folder.Grant.Access;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// A server with clients, over a unix socket in a temporary folder, for tests.
final class Served implements AutoCloseable {
    static final GuestUser GUEST = new GuestUser(1000, 1000);

    private final Path folder;
    private final FolderServer server;

    /// No two clients number their messages alike: Linux begins anywhere.
    private int number;

    private final Map<NfsClient, Thread> clients = new LinkedHashMap<>();

    private Served(Path folder, FolderServer server) {
        this.folder = folder;
        this.server = server;
    }

    /// @param folder for the handle table and the socket
    static Served open(Path folder) throws IOException {
        return new Served(folder, FolderServer.open(folder.resolve("handles"), GUEST));
    }

    static Served open(Path folder, Path granted, Access access) throws IOException {
        Served served = open(folder);
        served.server.add(new Grant("drawings", granted, access));
        return served;
    }

    FolderServer server() {
        return server;
    }

    NfsClient client() throws IOException {
        Path path = folder.resolve("socket");
        try (ServerSocketChannel socket = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
            socket.bind(address);
            NfsClient client = new NfsClient(SocketChannel.open(address), number);
            number += 1 << 20;
            clients.put(client, serve(socket.accept()));
            return client;
        } finally {
            Files.delete(path);
        }
    }

    Thread serve(SocketChannel accepted) {
        return Thread.ofVirtual()
                .start(() -> {
                    try {
                        server.serve(accepted);
                    } catch (IOException failure) {
                        throw new java.io.UncheckedIOException(failure);
                    }
                });
    }

    /// Closes a client, and waits until the server has noticed.
    void end(NfsClient client) throws IOException {
        client.close();
        Optional.ofNullable(clients.remove(client)).ifPresent(Served::join);
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() throws IOException {
        for (NfsClient client : clients.keySet()) {
            client.close();
        }
        server.close();
        clients.values().forEach(Served::join);
    }
}
