package carryall.machine;

/// What a user calls a machine.
///
/// @param text 1 to 64 of `[a-z0-9-]`, not starting with `-`
public record MachineName(String text) implements Comparable<MachineName> {
    public MachineName {
        if (!text.matches("[a-z0-9][a-z0-9-]{0,63}")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is not a machine's name: 1 to 64 of a-z, 0-9 and -");
        }
    }

    @Override
    public int compareTo(MachineName other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
