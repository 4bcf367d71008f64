package carryall.cli;

import carryall.hypervisor.ByteSize;
import carryall.recipe.BuildListener;
import java.time.Duration;
import java.util.OptionalLong;

/// Shows how a build gets on: a bar on a terminal, a line for each step elsewhere.
final class BuildProgress implements BuildListener {
    private static final long REDRAW_NANOS = 100_000_000;
    private static final int BAR = 20;

    private final Terminal terminal;
    private String title = "";
    private long began = System.nanoTime();
    private long drawn;
    private boolean open;

    BuildProgress(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public void step(int number, int of, String what) {
        end();
        began = System.nanoTime();
        title = "[" + number + "/" + of + "] " + what;
        if (terminal.isWatched()) {
            terminal.over(title);
            open = true;
        } else {
            terminal.note(title);
        }
    }

    @Override
    public void progress(Unit unit, long done, OptionalLong total) {
        long now = System.nanoTime();
        if (!terminal.isWatched() || now - drawn < REDRAW_NANOS) {
            return;
        }
        drawn = now;
        String text = title + "  " + bar(done, total) + amounts(unit, done, total);
        String left = timeLeft(done, total, Duration.ofNanos(now - began));
        int room = terminal.columns() - 1;
        String line = text + left;
        terminal.over(line.length() > room ? line.substring(0, room) : line);
        open = true;
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
        if (total.isEmpty() || done <= 0 || passed.toSeconds() < 2) {
            return "";
        }
        double share = (double) done / total.getAsLong();
        long seconds = Math.round(passed.toMillis() / 1000.0 * (1 - share) / share);
        return seconds < 0 ? "" : ", " + Times.text(Duration.ofSeconds(seconds)) + " left";
    }

    /// Leaves the last line as it stands.
    void end() {
        if (open) {
            terminal.over(title + "  " + Times.text(Duration.ofNanos(System.nanoTime() - began)));
            terminal.note("");
            open = false;
        }
    }
}
