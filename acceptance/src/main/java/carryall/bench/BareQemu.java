package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// The guest of one of Carryall's machines under QEMU alone: the same words but for the places,
/// with new disks, as they are for a first run; no keeper, no jail, no sandbox.
final class BareQemu implements AutoCloseable {
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final String SAVED = "bench";

    private final List<String> words;
    private final Path folder;
    private final Process process;
    private final long begin;

    private BareQemu(List<String> words, Path folder) throws IOException {
        this.words = List.copyOf(words);
        this.folder = folder;
        this.begin = System.nanoTime();
        this.process =
                new ProcessBuilder(words)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("qemu.log").toFile())
                        .start();
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
        makeDisks(own, machine, folder);
        return new BareQemu(own, folder);
    }

    /// Makes each layer anew, and the template of the personal disk for its base. What lies under a
    /// layer is said in QEMU's own words.
    private static void makeDisks(List<String> words, Path machine, Path folder)
            throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("disks"));
        Map<String, Path> bases = new HashMap<>();
        for (String word : words) {
            if (!word.startsWith("{") || !word.contains("\"filename\"")) {
                continue;
            }
            JsonText node = JsonText.parse(word);
            Path file = Path.of(node.object("file").text("filename"));
            if (node.text("driver").equals("raw")) {
                bases.put(node.text("node-name"), file);
            } else {
                Path base = Objects.requireNonNull(bases.get(node.text("backing")));
                if (base.startsWith(folder)) {
                    Path system = Objects.requireNonNull(bases.get("base-system"));
                    Path template = system.resolveSibling("personal.raw");
                    run(folder, "cp", "--sparse=always", template, base);
                }
                long bytes = Files.size(base);
                run(folder, "qemu-img", "create", "-q", "-f", "qcow2", file, bytes);
            }
        }
        if (bases.isEmpty()) {
            throw new IOException("the QEMU of " + machine + " has no disks");
        }
    }

    private static void run(Path folder, Object... words) throws IOException, InterruptedException {
        Run.of(Arrays.stream(words).map(String::valueOf).toList(), folder);
    }

    /// Saves the guest in its own disks, as the monitor's `savevm` does; it goes on afterwards.
    ///
    /// @return how many seconds that took
    double saveVm() throws IOException {
        long start = System.nanoTime();
        monitor().say("savevm " + SAVED);
        return Run.since(start);
    }

    /// Ends this QEMU and starts another, from what was saved.
    BareQemu again() throws IOException {
        close();
        for (String name : List.of("qmp.sock", "vnc.sock", "serial.sock", "agent.sock")) {
            Files.deleteIfExists(folder.resolve(name));
        }
        List<String> more = new ArrayList<>(words);
        more.addAll(List.of("-loadvm", SAVED));
        return new BareQemu(more, folder);
    }

    /// Waits until the guest runs.
    ///
    /// @return seconds since QEMU was started
    double untilItRuns(Duration patience) throws IOException, InterruptedException {
        while (Run.since(begin) < patience.toSeconds() && process.isAlive()) {
            try {
                if (monitor().say("info status").contains("running")) {
                    return Run.since(begin);
                }
            } catch (IOException notYet) {
                // It has not come so far.
            }
            Thread.sleep(10);
        }
        throw new IOException("the bare QEMU did not load what it had saved");
    }

    private Monitor monitor() {
        return new Monitor(folder.resolve("qmp.sock"));
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
            for (int look = 0; look < 150; look++) {
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
            channel.connect(UnixDomainSocketAddress.of(folder.resolve("agent.sock")));
            channel.configureBlocking(false);
            long id = System.nanoTime() & 0xfffffff;
            Monitor.send(channel, "guest-sync", Map.of("id", id));
            String synced = Monitor.line(channel, ANSWER);
            while (!synced.contains(Long.toString(id))) {
                synced = Monitor.line(channel, ANSWER);
            }
            Monitor.send(channel, command, arguments);
            return Monitor.line(channel, ANSWER);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().join();
    }
}
