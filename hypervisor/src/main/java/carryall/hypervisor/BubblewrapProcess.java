package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A [Jail] in being. Bubblewrap tells the process id of the first process inside (its own); the
/// program is that one's only child.
final class BubblewrapProcess implements JailedProcess {
    private static final Pattern CHILD = Pattern.compile("\"child-pid\"\\s*:\\s*([0-9]{1,10})");
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /// A process that hangs in the kernel does not even end when it is killed.
    private static final Duration END_PATIENCE = Duration.ofSeconds(5);

    private final Process bubblewrap;
    private final ProcessHandle first;
    private final long pid;
    private final CompletableFuture<Integer> exit;

    private BubblewrapProcess(
            Process bubblewrap, ProcessHandle first, long pid, CompletableFuture<Integer> exit) {
        this.bubblewrap = bubblewrap;
        this.first = first;
        this.pid = pid;
        this.exit = exit;
    }

    /// Starts bubblewrap and waits until the program is what runs inside.
    ///
    /// @param input what bubblewrap finds on its standard input; less than a page
    static BubblewrapProcess start(List<String> commandLine, byte[] input, String program)
            throws HypervisorException {
        CompletableFuture<Process> started = new CompletableFuture<>();
        CompletableFuture<Integer> exit = new CompletableFuture<>();
        // "Die with parent" means the thread that started it: this one lives as long as the jail.
        Thread.ofPlatform()
                .name("jail of " + Path.of(program).getFileName())
                .daemon()
                .start(() -> {
                    try {
                        Process process = new ProcessBuilder(commandLine).start();
                        started.complete(process);
                        exit.complete(process.waitFor());
                    } catch (IOException | InterruptedException failure) {
                        started.completeExceptionally(failure);
                        exit.completeExceptionally(failure);
                    }
                });
        Process process;
        try {
            process = started.join();
        } catch (java.util.concurrent.CompletionException failure) {
            throw new HypervisorException.JailForbidden(String.valueOf(failure.getCause()));
        }
        try {
            try (OutputStream standardInput = process.getOutputStream()) {
                standardInput.write(input);
            }
            long first = firstInside(process);
            ProcessHandle handle =
                    ProcessHandle.of(first).orElseThrow(() -> new IOException("it ended at once"));
            return new BubblewrapProcess(
                    process, handle, programUnder(first, program, process), exit);
        } catch (IOException failure) {
            process.destroyForcibly();
            if (failure instanceof HypervisorException ours) {
                throw ours;
            }
            throw new HypervisorException.JailForbidden(failure.toString());
        }
    }

    private static long firstInside(Process process) throws IOException {
        StringBuilder text = new StringBuilder();
        InputStream output = process.getInputStream();
        int next = output.read();
        while (next >= 0 && text.length() < 4096) {
            text.append((char) next);
            if (next == '}') {
                Matcher matcher = CHILD.matcher(text);
                if (matcher.find()) {
                    return Long.parseLong(matcher.group(1));
                }
            }
            next = output.read();
        }
        throw new HypervisorException.JailForbidden(lastWords(process));
    }

    private static long programUnder(long first, String program, Process process)
            throws IOException {
        Path wanted = Path.of(program).toRealPath();
        Path children = Path.of("/proc/" + first + "/task/" + first + "/children");
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            try {
                String child = Files.readString(children).strip();
                if (!child.isEmpty()
                        && Files.readSymbolicLink(Path.of("/proc/" + child + "/exe"))
                                .equals(wanted)) {
                    return Long.parseLong(child);
                }
                Thread.sleep(2);
            } catch (IOException notYet) {
                Thread.onSpinWait();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        if (process.isAlive()) {
            throw new HypervisorException.NoAnswer("the start of " + program, PATIENCE);
        }
        String words = lastWords(process);
        throw words.startsWith("bwrap:")
                ? new HypervisorException.JailForbidden(words)
                : new HypervisorException.QemuFailed(process.exitValue(), words);
    }

    private static String lastWords(Process process) throws IOException {
        byte[] words = process.getErrorStream().readNBytes(4096);
        return new String(words, StandardCharsets.UTF_8).strip();
    }

    /// The process id of the first process inside, as the host sees it.
    long first() {
        return first.pid();
    }

    @Override
    public long pid() {
        return pid;
    }

    @Override
    public InputStream errors() {
        return bubblewrap.getErrorStream();
    }

    @Override
    public CompletableFuture<Integer> exit() {
        return exit;
    }

    @Override
    public void close() {
        // The kernel ends all that is inside before its first process counts as ended.
        first.destroyForcibly();
        try {
            // What hangs in the kernel is gone for the guest; the kernel lets go of it when it can.
            long end = System.nanoTime() + END_PATIENCE.toNanos();
            // It is no child of ours: onExit would look less and less often, after up to 3 seconds.
            while (first.isAlive() && System.nanoTime() < end) {
                Thread.sleep(2);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        bubblewrap.destroyForcibly();
        exit.handle((code, failure) -> "").join();
    }
}
