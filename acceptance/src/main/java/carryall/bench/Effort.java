package carryall.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What a command took that was run to its end.
///
/// @param processorSeconds what it and all it waited for used of the processors, to 10 ms
/// @param peakMebibytes the most that it and its children held (`VmHWM`, looked at ten times a
///   second and summed); files that it maps count too
/// @param output what it printed, errors too
record Effort(double processorSeconds, double peakMebibytes, String output) {
    private static final long LONGEST_HOURS = 3;
    private static final long GLANCE_MILLIS = 100;

    /// Runs a command in a folder; it must succeed. Nothing else of this process may end meanwhile.
    static Effort of(Path folder, List<String> words) throws IOException, InterruptedException {
        System.err.println(String.join(" ", words));
        Path said = Files.createTempFile(folder, "said", ".txt");
        double before = ProcessorTime.ofChildrenThatEnded();
        Process process =
                new ProcessBuilder(words)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile())
                        .start();
        process.getOutputStream().close();
        Map<Long, Double> peaks = new HashMap<>();
        long end = System.nanoTime() + TimeUnit.HOURS.toNanos(LONGEST_HOURS);
        while (!process.waitFor(GLANCE_MILLIS, TimeUnit.MILLISECONDS)) {
            look(process.pid(), peaks);
            process.descendants().forEach(child -> look(child.pid(), peaks));
            if (System.nanoTime() > end) {
                process.destroyForcibly();
                throw new IOException(words.getFirst() + " does not end");
            }
        }
        double seconds = ProcessorTime.ofChildrenThatEnded() - before;
        String output = Files.readString(said, StandardCharsets.ISO_8859_1);
        Files.delete(said);
        if (process.exitValue() != 0) {
            throw new IOException(
                    String.join(" ", words) + " ended with " + process.exitValue() + "\n" + output);
        }
        double peak = peaks.values().stream().mapToDouble(Double::doubleValue).sum();
        return new Effort(seconds, peak, output);
    }

    /// The mark only rises, so that the last look at a process is the right one.
    private static void look(long process, Map<Long, Double> peaks) {
        try {
            for (String line : Files.readAllLines(Path.of("/proc/" + process + "/status"))) {
                if (line.startsWith("VmHWM:")) {
                    double mark = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024.0;
                    peaks.merge(process, mark, Math::max);
                }
            }
        } catch (IOException ended) {
            // What was seen before stays.
        }
    }

    Effort and(Effort other) {
        return new Effort(
                processorSeconds + other.processorSeconds,
                Math.max(peakMebibytes, other.peakMebibytes),
                output + other.output);
    }
}
