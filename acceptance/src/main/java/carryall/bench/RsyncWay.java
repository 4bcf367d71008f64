package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// rsync between two processes: the client asks, the publisher's side reads its image each time.
/// The memory is that of both sides together.
///
/// @param work empty at first
record RsyncWay(Images images, Path work) implements UpdateWay {
    private static final Pattern RECEIVED = Pattern.compile("Total bytes received: ([0-9,]+)");
    private static final Pattern SENT = Pattern.compile("Total bytes sent: ([0-9,]+)");
    private static final Pattern TIMES = Pattern.compile("([0-9]+)m([0-9.]+)s");

    @Override
    public String name() {
        return "rsync";
    }

    @Override
    public boolean isHere() {
        return UpdateWay.has("rsync");
    }

    /// It is for whoever has something.
    @Override
    public Optional<Step> first() {
        return Optional.empty();
    }

    @Override
    public Step update(String to) throws IOException, InterruptedException {
        Path came = work.resolve("came.raw");
        Files.deleteIfExists(came);
        Effort.of(
                work,
                List.of(
                        "cp",
                        "--sparse=always",
                        images.file(Images.FIRST).toString(),
                        came.toString()));
        Path times = work.resolve("times");
        Path other = work.resolve("other-side");
        Files.writeString(
                other,
                """
                #!/bin/sh
                # Starts the publisher's side here, and says what it took.
                shift
                "$@"
                code=$?
                times >%s
                exit $code
                """
                        .formatted(times));
        Effort both =
                Effort.of(
                        work,
                        List.of(
                                "rsync",
                                "-z",
                                "--no-whole-file",
                                "--ignore-times",
                                "--stats",
                                "-e",
                                "sh " + other,
                                "publisher:" + images.file(to),
                                came.toString()));
        UpdateWay.compare(images.file(to), came);
        // The first line is the shell's own; the second is of what it started.
        double publisher = seconds(Files.readAllLines(times).get(1));
        return new Step(
                new Effort(publisher, both.peakMebibytes(), ""),
                new Effort(both.processorSeconds() - publisher, both.peakMebibytes(), ""),
                number(RECEIVED, both.output()) + number(SENT, both.output()));
    }

    private static double seconds(String line) {
        Matcher times = TIMES.matcher(line);
        double seconds = 0;
        while (times.find()) {
            seconds += Integer.parseInt(times.group(1)) * 60 + Double.parseDouble(times.group(2));
        }
        return seconds;
    }

    private static long number(Pattern pattern, String text) throws IOException {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            throw new IOException("rsync said nothing like " + pattern + "\n" + text);
        }
        return Long.parseLong(found.group(1).replace(",", ""));
    }
}
