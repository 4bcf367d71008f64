package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// One of the host's tools, as a test uses it.
final class Tool {
    private Tool() {}

    /// Runs a tool, which must succeed.
    ///
    /// @return what it printed, errors too
    static String run(String... words) throws IOException, InterruptedException {
        return run(List.of(0), words);
    }

    /// Runs a tool.
    ///
    /// @param good the exit codes that are
    static String run(List<Integer> good, String... words)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (!good.contains(code)) {
            throw new AssertionError(String.join(" ", words) + " ended with " + code + "\n" + said);
        }
        return said;
    }

    /// Runs lines for the shell, which must all succeed.
    ///
    /// @param arguments what the lines know as `$1` and so on
    static String script(String lines, String... arguments)
            throws IOException, InterruptedException {
        List<String> words = new ArrayList<>(List.of("sh", "-euc", lines, "sh"));
        words.addAll(List.of(arguments));
        return run(words.toArray(String[]::new));
    }
}
