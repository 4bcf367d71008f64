package carryall.cli;

import carryall.hypervisor.ByteSize;
import carryall.recipe.BuildListener;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/// Shows how a build gets on: a bar on a terminal, a line for each step elsewhere.
final class BuildProgress implements BuildListener {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR = 20;

    private final Terminal terminal;
    private final LongSupplier nanoClock;
    private String number = "";
    private String title = "";
    private long began;
    private long drawn;
    private boolean open;

    /// @param nanoClock such as [System#nanoTime]
    BuildProgress(Terminal terminal, LongSupplier nanoClock) {
        this.terminal = terminal;
        this.nanoClock = nanoClock;
        this.began = nanoClock.getAsLong();
        this.drawn = began - REDRAW_NANOS;
    }

    @Override
    public void step(int number, int of, String what) {
        end();
        began = nanoClock.getAsLong();
        this.number = "[" + number + "/" + of + "] ";
        title = this.number + what;
        if (terminal.isWatched()) {
            terminal.over(title);
            open = true;
        } else {
            terminal.note(title);
        }
    }

    @Override
    public void progress(Unit unit, long done, OptionalLong total) {
        long now = nanoClock.getAsLong();
        if (!terminal.isWatched() || now - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = now;
        String left = timeLeft(done, total, Duration.ofNanos(now - began));
        terminal.over(line(bar(done, total), amounts(unit, done, total) + left));
        open = true;
    }

    /// As much as the terminal has room for: the numbers come before the words and the bar.
    private String line(String bar, String amounts) {
        String whole = title + "  " + bar + amounts;
        List<String> shorter =
                List.of(whole, title + "  " + amounts, number + bar + amounts, number + amounts);
        return shorter.stream()
                .filter(line -> Terminal.columns(line) < terminal.columns())
                .findFirst()
                .orElse(number + amounts);
    }

    private static String bar(long done, OptionalLong total) {
        if (total.isEmpty() || total.getAsLong() <= 0) {
            return "";
        }
        int full = Math.clamp(done * BAR / total.getAsLong(), 0, BAR);
        return "▕" + "█".repeat(full) + " ".repeat(BAR - full) + "▏ ";
    }

    private static String amounts(Unit unit, long done, OptionalLong total) {
        return switch (unit) {
            case BYTES ->
                    new ByteSize(done)
                            + (total.isPresent() ? " of " + new ByteSize(total.getAsLong()) : "");
            case PACKAGES ->
                    done + (total.isPresent() ? " of " + total.getAsLong() : "") + " packages";
        };
    }

    private static String timeLeft(long done, OptionalLong total, Duration passed) {
        if (total.isEmpty() || total.getAsLong() <= 0 || done <= 0 || passed.toSeconds() < 2) {
            return "";
        }
        double share = (double) done / total.getAsLong();
        long seconds = Math.round(passed.toMillis() / 1000.0 * (1 - share) / share);
        return seconds < 0 ? "" : ", " + Times.text(Duration.ofSeconds(seconds)) + " left";
    }

    /// Leaves the last line as it stands.
    void end() {
        if (open) {
            terminal.over(
                    title + "  " + Times.text(Duration.ofNanos(nanoClock.getAsLong() - began)));
            terminal.note("");
            open = false;
        }
    }
}
