package carryall.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `carryall console` joined with a shell in the guest. For one thread; another one, of its own,
/// reads what the console shows.
final class GuestConsole implements AutoCloseable {
    private static final int LEAVE = 0x1d;
    private static final Duration SHELL = Duration.ofMinutes(2);

    private final Process command;
    private final OutputStream typed;
    // Guarded by itself.
    private final StringBuilder shown = new StringBuilder();
    private int asked;

    private GuestConsole(Process command) {
        this.command = command;
        this.typed = command.getOutputStream();
    }

    /// Joins a shell, which is waited for: a guest that comes up drops what is typed too early.
    static GuestConsole of(Command command, String machine) throws Exception {
        GuestConsole console = new GuestConsole(command.start("console", machine));
        Thread.ofVirtual().name("console of " + machine).start(console::read);
        console.awaitShell();
        return console;
    }

    private void awaitShell() throws Exception {
        long end = System.nanoTime() + SHELL.toNanos();
        while (true) {
            try {
                ask("true", Duration.ofSeconds(2));
                return;
            } catch (AssertionError silent) {
                if (System.nanoTime() > end) {
                    throw new AssertionError("no shell answers within " + SHELL, silent);
                }
            }
        }
    }

    private void read() {
        byte[] buffer = new byte[4096];
        try (InputStream output = command.getInputStream()) {
            int read = output.read(buffer);
            while (read >= 0) {
                synchronized (shown) {
                    shown.append(new String(buffer, 0, read, StandardCharsets.ISO_8859_1));
                }
                read = output.read(buffer);
            }
        } catch (IOException over) {
            // What was shown until then is what there is.
        }
    }

    private String shown() {
        synchronized (shown) {
            return shown.toString();
        }
    }

    /// Types a line and leaves it to itself.
    void type(String line) throws IOException {
        typed.write((line + "\n").getBytes(StandardCharsets.UTF_8));
        typed.flush();
    }

    /// Types a line for the shell and reads until it ended, which must be well.
    ///
    /// @return what it printed, and perhaps a prompt
    String ask(String line, Duration patience) throws Exception {
        asked++;
        int from = shown().length();
        // The shell works the number out, so that what is typed is no answer to itself.
        type(line + "\necho \"answer $((1000 + " + asked + ")) $?.\"");
        Pattern pattern =
                Pattern.compile("(.*)answer " + (1000 + asked) + " ([0-9]+)\\.", Pattern.DOTALL);
        Waiting.until(
                "the guest's answer to " + line,
                patience,
                () -> pattern.matcher(shown().substring(from)).find());
        Matcher answer = pattern.matcher(shown().substring(from));
        if (!answer.find() || !answer.group(2).equals("0")) {
            throw new AssertionError(line + " failed in the guest: " + shown().substring(from));
        }
        return answer.group(1).replace("\r", "");
    }

    String ask(String line) throws Exception {
        return ask(line, Duration.ofSeconds(30));
    }

    /// Leaves as a person does, by Ctrl-].
    @Override
    public void close() throws IOException {
        try {
            typed.write(LEAVE);
            typed.flush();
        } catch (IOException ended) {
            // The machine ended, and the command with it.
        }
        try {
            if (!command.waitFor(10, TimeUnit.SECONDS) || command.exitValue() != 0) {
                command.destroyForcibly();
                throw new AssertionError("the console was not left well");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
