package carryall.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/// Root's shell on a machine's serial console, through `carryall console`. For one thread.
final class GuestShell implements AutoCloseable {
    private static final byte LEAVE = 0x1d;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Process console;
    private final OutputStream typed;
    private final InputStream shown;
    private int asked;

    private GuestShell(Process console) {
        this.console = console;
        this.typed = console.getOutputStream();
        this.shown = console.getInputStream();
    }

    static GuestShell of(Carryall carryall, String machine) throws IOException {
        List<String> words =
                List.of(carryall.root().resolve("carryall").toString(), "console", machine);
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().put("CARRYALL_HOME", carryall.home().toString());
        builder.redirectError(ProcessBuilder.Redirect.DISCARD);
        return new GuestShell(builder.start());
    }

    /// Has a line done.
    ///
    /// @return seconds from when it was typed until its end was seen
    double seconds(String line) throws IOException {
        asked++;
        long begin = System.nanoTime();
        // The shell works the number out, so that what is typed is no answer to itself.
        String words = line + "; echo \"done $((1000 + " + asked + ")).\"\n";
        typed.write(words.getBytes(StandardCharsets.UTF_8));
        typed.flush();
        String end = "done " + (1000 + asked) + ".";
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(end) < 0) {
            int read = shown.read();
            if (read < 0 || Run.since(begin) > PATIENCE.toSeconds()) {
                throw new IOException("no answer to " + line + ", but " + seen);
            }
            seen.append((char) read);
        }
        return Run.since(begin);
    }

    @Override
    public void close() throws IOException {
        typed.write(LEAVE);
        typed.flush();
        console.destroy();
    }
}
