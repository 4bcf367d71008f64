package carryall.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// A command that was run to its end.
///
/// @param seconds from its start to its end
/// @param processorSeconds what it and all it waited for used of the processors, to 10 ms; a host
///   that is busy with other things changes it little
/// @param errors each line with the time at which it came
record Run(double seconds, double processorSeconds, String output, List<Line> errors) {
    record Line(double atSeconds, String text) {}

    Run {
        errors = List.copyOf(errors);
    }

    /// Runs a command with a state directory; it must succeed.
    static Run of(List<String> words, Path home) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("CARRYALL_HOME", home.toString());
        builder.environment().remove("DISPLAY");
        builder.environment().remove("WAYLAND_DISPLAY");
        double before = ProcessorTime.ofChildrenThatEnded();
        long begin = System.nanoTime();
        Process process = builder.start();
        process.getOutputStream().close();
        List<Line> errors = new ArrayList<>();
        CompletableFuture<Void> read = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("errors of " + words.getFirst())
                .start(() -> {
                    try (BufferedReader lines = process.errorReader(StandardCharsets.UTF_8)) {
                        lines.lines().forEach(line -> errors.add(new Line(since(begin), line)));
                    } catch (IOException | java.io.UncheckedIOException gone) {
                        // What was read until then is what there is.
                    } finally {
                        read.complete(null);
                    }
                });
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        double seconds = since(begin);
        read.join();
        if (code != 0) {
            throw new IOException(
                    String.join(" ", words)
                            + " ended with "
                            + code
                            + errors.stream().map(line -> "\n  " + line.text()).toList());
        }
        return new Run(seconds, ProcessorTime.ofChildrenThatEnded() - before, output, errors);
    }

    static double since(long beginNanos) {
        return (System.nanoTime() - beginNanos) / 1e9;
    }

    double milliseconds() {
        return seconds * 1000;
    }

    double processorMilliseconds() {
        return processorSeconds * 1000;
    }
}
