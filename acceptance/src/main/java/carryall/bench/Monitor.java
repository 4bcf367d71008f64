package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// The monitor of a QEMU that was started by hand.
///
/// @param socket of its QMP
record Monitor(Path socket) {
    private static final Duration LONG = Duration.ofMinutes(5);

    /// What the monitor answers to a line.
    String say(String line) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            send(channel, "qmp_capabilities", Map.of());
            line(channel, LONG); // The greeting.
            line(channel, LONG);
            send(channel, "human-monitor-command", Map.of("command-line", line));
            String answer = line(channel, LONG);
            while (answer.contains("\"event\"")) {
                answer = line(channel, LONG);
            }
            if (answer.contains("rror")) {
                throw new IOException(line + ": " + answer);
            }
            return answer;
        }
    }

    /// Sends a command of QEMU's or of the guest agent's.
    static void send(SocketChannel channel, String command, Map<String, Object> arguments)
            throws IOException {
        String text = JsonText.write(Map.of("execute", command, "arguments", arguments)) + "\n";
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /// The next line.
    static String line(SocketChannel channel, Duration patience) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < end) {
            one.clear();
            int read = channel.read(one);
            if (read < 0) {
                break;
            }
            if (read == 0) {
                LockSupport.parkNanos(5_000_000);
            } else if (one.get(0) == '\n') {
                return line.toString();
            } else {
                line.append((char) one.get(0));
            }
        }
        throw new IOException("no answer within " + patience);
    }
}
