package carryall.bench;

import carryall.appliance.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The guest of one of Carryall's machines under QEMU alone: the same words but for the places,
/// with new disks, as they are for a first run; no keeper, no jail, no sandbox.
final class BareQemu implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private final Process process;
    private final Path agent;
    private final long begin;

    private BareQemu(Process process, Path agent, long begin) {
        this.process = process;
        this.agent = agent;
        this.begin = begin;
    }

    /// The words that started a running QEMU.
    static List<String> wordsOf(long process) throws IOException {
        String line = Files.readString(Path.of("/proc", Long.toString(process), "cmdline"));
        return List.of(line.substring(0, line.length() - 1).split("\0", -1));
    }

    /// Makes the disks, which is not measured, and starts QEMU.
    ///
    /// @param words of Carryall's own QEMU
    /// @param machine the folder of its machine, stopped
    /// @param folder where the disks and sockets go; absolute, short, empty
    static BareQemu start(List<String> words, Path machine, Path folder)
            throws IOException, InterruptedException {
        String sockets = "";
        List<String> own = new ArrayList<>();
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            if (word.equals("-sandbox")) {
                i++;
            } else if (!word.equals("-S")) {
                if (word.startsWith("unix:") && word.contains("/qmp.sock")) {
                    sockets = word.substring("unix:".length(), word.indexOf("/qmp.sock"));
                }
                own.add(word);
            }
        }
        String from = sockets;
        own.replaceAll(word ->
                word.replace(from, folder.toString())
                        .replace(machine.toString(), folder.toString()));
        String base = value(words, "node-name=file-base-system,filename=");
        Path scratch = folder.resolve("scratch.qcow2");
        String create = "qemu-img create -q -f qcow2 -F raw -b ";
        Run.of(List.of((create + base + " " + scratch).split(" ", -1)), folder);
        Path personal = Path.of(base).resolveSibling("personal.raw");
        Run.of(List.of("cp", "--sparse=always", personal.toString(), folder.toString()), folder);
        long begin = System.nanoTime();
        Process process =
                new ProcessBuilder(own)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("qemu.log").toFile())
                        .start();
        return new BareQemu(process, folder.resolve("agent.sock"), begin);
    }

    private static String value(List<String> words, String key) throws IOException {
        for (String word : words) {
            if (word.contains(key)) {
                return word.substring(word.indexOf(key) + key.length());
            }
        }
        throw new IOException("QEMU has no " + key);
    }

    long pid() {
        return process.pid();
    }

    /// Waits until the guest says that the app's window is there, asking as often as Carryall does.
    ///
    /// @return seconds since QEMU was started
    double untilTheAppIsUp(Duration patience) throws IOException, InterruptedException {
        while (Run.since(begin) < patience.toSeconds()) {
            if (!process.isAlive()) {
                throw new IOException("the bare QEMU ended with " + process.exitValue());
            }
            if (appIsUp()) {
                return Run.since(begin);
            }
            Thread.sleep(500);
        }
        throw new IOException("no window under the bare QEMU after " + patience);
    }

    private boolean appIsUp() throws InterruptedException {
        try {
            String started = ask("guest-exec", Map.of("path", "/usr/lib/carryall/app-ready"));
            long pid = JsonText.parse(started).object("return").number("pid");
            for (int look = 0; look < 100; look++) {
                String status = ask("guest-exec-status", Map.of("pid", pid));
                if (status.contains("\"exited\": true")) {
                    return status.contains("\"exitcode\": 0");
                }
                Thread.sleep(100);
            }
        } catch (IOException | IllegalArgumentException notYet) {
            // The guest has not come so far.
        }
        return false;
    }

    /// Asks the guest agent one thing; the answer is a line. The `guest-sync` before it makes sure
    /// that the line is this question's.
    private String ask(String command, Map<String, Object> arguments) throws IOException {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(agent));
            channel.configureBlocking(false);
            long id = System.nanoTime() & 0xfffffff;
            say(channel, "guest-sync", Map.of("id", id));
            String synced = line(channel);
            while (!synced.contains(Long.toString(id))) {
                synced = line(channel);
            }
            say(channel, command, arguments);
            return line(channel);
        }
    }

    private static void say(SocketChannel channel, String command, Map<String, Object> arguments)
            throws IOException {
        String text = JsonText.write(Map.of("execute", command, "arguments", arguments)) + "\n";
        ByteBuffer bytes = StandardCharsets.UTF_8.encode(text);
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private static String line(SocketChannel channel) throws IOException {
        StringBuilder line = new StringBuilder();
        ByteBuffer one = ByteBuffer.allocate(1);
        long end = System.nanoTime() + ANSWER.toNanos();
        while (System.nanoTime() < end) {
            one.clear();
            int read = channel.read(one);
            if (read < 0) {
                break;
            }
            if (read == 0) {
                java.util.concurrent.locks.LockSupport.parkNanos(5_000_000);
            } else if (one.get(0) == '\n') {
                return line.toString();
            } else {
                line.append((char) one.get(0));
            }
        }
        throw new IOException("the guest agent does not answer");
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
