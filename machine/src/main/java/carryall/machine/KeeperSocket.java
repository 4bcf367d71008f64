package carryall.machine;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the keeper is asked: a unix socket in a folder that is the user's alone. One question, one
/// answer, one connection, one virtual thread.
final class KeeperSocket implements AutoCloseable {
    private static final int LONGEST_QUESTION = 1 << 16;

    private final ServerSocketChannel server;

    private KeeperSocket(ServerSocketChannel server) {
        this.server = server;
    }

    static KeeperSocket listen(Path socket, KeeperAnswers answers) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual()
                .name("keeper socket")
                .start(() -> {
                    try {
                        while (true) {
                            SocketChannel client = server.accept();
                            Thread.ofVirtual()
                                    .name("question")
                                    .start(() -> answer(client, answers));
                        }
                    } catch (IOException closed) {
                        // The keeper ends.
                    }
                });
        return new KeeperSocket(server);
    }

    private static void answer(SocketChannel client, KeeperAnswers answers) {
        try (client) {
            ByteArrayOutputStream line = new ByteArrayOutputStream();
            InputStream input = Channels.newInputStream(client);
            int next = input.read();
            while (next >= 0 && next != '\n' && line.size() < LONGEST_QUESTION) {
                line.write(next);
                next = input.read();
            }
            ByteBuffer bytes =
                    ByteBuffer.wrap(
                            (answers.to(line.toString(StandardCharsets.UTF_8)) + "\n")
                                    .getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                client.write(bytes);
            }
        } catch (IOException askerGone) {
            // Nobody is left to hear the answer.
        }
    }

    @Override
    public void close() throws IOException {
        unbind(server);
    }

    /// Closes a unix socket, and leaves its place to another.
    static void unbind(ServerSocketChannel server) throws IOException {
        if (server.isOpen() && server.getLocalAddress() instanceof UnixDomainSocketAddress place) {
            Files.deleteIfExists(place.getPath());
        }
        server.close();
    }
}
