package carryall.hypervisor;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A number of bytes.
///
/// @param bytes 0 or more
public record ByteSize(long bytes) implements Comparable<ByteSize> {
    private static final Pattern TEXT =
            Pattern.compile("(?<number>[0-9]{1,15})(?<unit>|B|KiB|MiB|GiB|TiB)");

    public ByteSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("negative size: " + bytes);
        }
    }

    /// A number of mebibytes.
    ///
    /// @param mebibytes 0 or more
    public static ByteSize mebibytes(long mebibytes) {
        return new ByteSize(Math.multiplyExact(mebibytes, 1L << 20));
    }

    /// Reads `768MiB`, `8GiB`, `512B` or `512`.
    ///
    /// @throws IllegalArgumentException if the text is not of this form or the size exceeds a
    ///   `long`
    public static ByteSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a size such as 768MiB or 8GiB");
        }
        long unit =
                switch (matcher.group("unit")) {
                    case "KiB" -> 1L << 10;
                    case "MiB" -> 1L << 20;
                    case "GiB" -> 1L << 30;
                    case "TiB" -> 1L << 40;
                    default -> 1;
                };
        try {
            return new ByteSize(Math.multiplyExact(Long.parseLong(matcher.group("number")), unit));
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("'" + text + "' is too large", overflow);
        }
    }

    /// Whole mebibytes, rounded up.
    public long inMebibytes() {
        return Math.ceilDiv(bytes, 1L << 20);
    }

    @Override
    public int compareTo(ByteSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /// For people: `768 MiB`, `1.5 GiB`, `12 B`.
    @Override
    public String toString() {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        boolean whole = value == Math.rint(value);
        return String.format(Locale.ROOT, whole ? "%.0f %s" : "%.1f %s", value, units[unit]);
    }
}
