package carryall.cli;

/// The command's entry.
public final class Carryall {
    private Carryall() {}

    public static void main(String[] words) {
        throw new UnsupportedOperationException(String.join(" ", words));
    }
}
