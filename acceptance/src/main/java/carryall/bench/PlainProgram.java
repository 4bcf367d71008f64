package carryall.bench;

/// The least that a Java program can do: what any of them takes to start.
final class PlainProgram {
    private PlainProgram() {}

    /// Prints a line.
    public static void main(String[] words) {
        System.out.println("done");
    }
}
