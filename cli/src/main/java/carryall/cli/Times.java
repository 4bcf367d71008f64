package carryall.cli;

import java.time.Duration;

/// Spans of time for people; one that a changed clock made negative is none.
final class Times {
    private Times() {}

    static String text(Duration time) {
        long seconds = Math.max(0, time.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 172_800
                ? seconds / 3600 + " h " + seconds % 3600 / 60 + " min"
                : seconds / 86_400 + " days";
    }
}
