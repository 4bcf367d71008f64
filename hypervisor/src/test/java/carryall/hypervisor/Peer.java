package carryall.hypervisor;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The other side of a conversation: listens at a unix socket and says, byte for byte, what a test
/// wants QEMU or a guest to say. A new connection ends the one before.
final class Peer implements AutoCloseable {
    private static final Pattern ID = Pattern.compile("\"id\" *: *([0-9]+)");

    private final ServerSocketChannel listening;

    private Peer(ServerSocketChannel listening) {
        this.listening = listening;
    }

    /// What it does in one connection, the first of which is number 1.
    interface Part {
        void play(int connection, Line line) throws IOException;
    }

    /// A connection as the peer sees it.
    record Line(SocketChannel channel, BufferedReader reader) {
        /// The next line that is said to the peer.
        String hears() throws IOException {
            String line = reader.readLine();
            if (line == null) {
                throw new IOException("it hung up");
            }
            return line;
        }

        /// The number under `id` in the next line.
        String hearsId() throws IOException {
            String line = hears();
            Matcher matcher = ID.matcher(line);
            if (!matcher.find()) {
                throw new IOException("no id: " + line);
            }
            return matcher.group(1);
        }

        void says(String text) throws IOException {
            says(text.getBytes(StandardCharsets.UTF_8));
        }

        void says(byte[] bytes) throws IOException {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
        }
    }

    static Peer at(Path socket, Part part) throws IOException {
        ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual()
                .name("peer at " + socket)
                .start(() -> {
                    for (int connection = 1; ; connection++) {
                        try (SocketChannel channel = listening.accept()) {
                            part.play(
                                    connection,
                                    new Line(
                                            channel,
                                            new BufferedReader(
                                                    Channels.newReader(
                                                            channel, StandardCharsets.UTF_8))));
                        } catch (IOException hungUp) {
                            if (!listening.isOpen()) {
                                return;
                            }
                        }
                    }
                });
        return new Peer(listening);
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }
}
