package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// Processes at the client of a link, ended together, the last one first. If this process is
/// killed, they end too.
final class Started implements AutoCloseable {
    private static final double PATIENCE_SECONDS = 60;

    private final SlowLink link;
    private final Path folder;
    private final Deque<Process> processes = new ArrayDeque<>();

    /// @param folder where they say what goes wrong
    Started(SlowLink link, Path folder) {
        this.link = link;
        this.folder = folder;
    }

    /// Starts one, which goes on.
    Process start(String... words) throws IOException {
        Process process =
                new ProcessBuilder(link.atClient(List.of(words)))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                        .start();
        process.getOutputStream().close();
        processes.push(process);
        return process;
    }

    /// Runs one to its end, which must be a good one.
    void run(String... words) throws IOException, InterruptedException {
        Process process = start(words);
        if (process.waitFor() != 0) {
            throw new IOException(
                    String.join(" ", words) + " ended with " + process.exitValue() + ": " + said());
        }
        processes.remove(process);
    }

    /// Waits until one that serves does.
    ///
    /// @param pid where it writes its number then
    void awaitReady(Path pid) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (!Files.exists(pid) || Files.size(pid) == 0) {
            checkAlive();
            if (Run.since(begin) > PATIENCE_SECONDS) {
                throw new IOException(pid + " was not written: " + said());
            }
            Thread.sleep(2);
        }
    }

    /// Refuses to go on when one has ended that should not have.
    void checkAlive() throws IOException {
        for (Process process : processes) {
            if (!process.isAlive()) {
                throw new IOException(
                        process.info().commandLine().orElse("a process")
                                + " ended with "
                                + process.exitValue()
                                + ": "
                                + said());
            }
        }
    }

    private Path log() {
        return folder.resolve("said.log");
    }

    private String said() throws IOException {
        return Files.exists(log()) ? Files.readString(log()) : "";
    }

    @Override
    public void close() {
        processes.forEach(SlowLink::end);
        processes.clear();
    }
}
