package carryall.chunk;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What is touched when something opens, in that order, as a text: `docs/formats/opening.md`.
public final class OpeningText {
    /// The longest text: 16 MiB.
    public static final int LARGEST = 16 << 20;

    /// The most lines.
    public static final int MOST_LINES = 1_000_000;

    private static final Pattern LINE =
            Pattern.compile("([a-z0-9-]{1,32}) (0|[1-9][0-9]{0,9}) ([1-9][0-9]{0,9})");
    private static final int SHOWN = 60;

    private OpeningText() {}

    /// The text of touches.
    ///
    /// @throws IllegalArgumentException if they are too many
    public static byte[] write(List<Touch> touches) {
        if (touches.size() > MOST_LINES) {
            throw new IllegalArgumentException("an opening of " + touches.size() + " touches");
        }
        StringBuilder text = new StringBuilder();
        for (Touch touch : touches) {
            text.append(touch.image()).append(' ').append(touch.first());
            text.append(' ').append(touch.blocks()).append('\n');
        }
        if (text.length() > LARGEST) {
            throw new IllegalArgumentException("an opening of " + text.length() + " bytes");
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    /// Reads what [#write] wrote, to the byte.
    ///
    /// @throws IllegalArgumentException naming the line that is wrong
    public static List<Touch> read(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new IllegalArgumentException("an opening of " + bytes.length + " bytes");
        }
        // Bytes that are not ASCII become characters that no line has.
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        List<Touch> touches = new ArrayList<>();
        Matcher line = LINE.matcher(text);
        int at = 0;
        while (at < text.length()) {
            int number = touches.size() + 1;
            if (number > MOST_LINES) {
                throw new IllegalArgumentException("more than " + MOST_LINES + " lines");
            }
            int end = text.indexOf('\n', at);
            if (end < 0) {
                throw new IllegalArgumentException("line " + number + " has no end");
            }
            if (!line.region(at, end).matches()) {
                throw new IllegalArgumentException(
                        "line " + number + " is not IMAGE FIRST BLOCKS: " + shown(text, at, end));
            }
            touches.add(touch(line, number));
            at = end + 1;
        }
        return touches;
    }

    private static Touch touch(Matcher line, int number) {
        try {
            return new Touch(
                    line.group(1), Long.parseLong(line.group(2)), Long.parseLong(line.group(3)));
        } catch (IllegalArgumentException tooFar) {
            throw new IllegalArgumentException(
                    "line " + number + ": " + tooFar.getMessage(), tooFar);
        }
    }

    private static String shown(String text, int from, int end) {
        String start = text.substring(from, Math.min(end, from + SHOWN));
        return "'" + start.replaceAll("[^ -~]", "?") + "'";
    }
}
