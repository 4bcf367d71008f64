package carryall.cli;

import carryall.appliance.JsonText;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/// Where a verb answers: results on the output, all else on the errors. What came from guests and
/// publishers is escaped here, so that it can draw nothing.
final class Terminal {
    private final PrintStream output;
    private final PrintStream errors;
    private final int columns;

    /// @param columns of the terminal that shows the errors; 0 if that is no terminal
    Terminal(PrintStream output, PrintStream errors, int columns) {
        this.output = output;
        this.errors = errors;
        this.columns = columns;
    }

    static Terminal ofProcess() {
        return new Terminal(
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                Integer.getInteger("carryall.columns", 0));
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(
                new java.io.BufferedOutputStream(new FileOutputStream(descriptor), 8192),
                false,
                StandardCharsets.UTF_8);
    }

    PrintStream output() {
        return output;
    }

    PrintStream errors() {
        return errors;
    }

    /// Whether a person watches.
    boolean isWatched() {
        return columns > 0;
    }

    int columns() {
        return columns;
    }

    void line(String text) {
        output.println(escaped(text));
    }

    void json(Map<String, ?> object) {
        output.println(JsonText.write(object));
    }

    /// Something to know that is no result.
    void note(String text) {
        errors.println(escaped(text));
        errors.flush();
    }

    void error(String found, String nextStep) {
        output.flush();
        errors.println("carryall: " + escaped(found));
        errors.println("  → " + escaped(nextStep));
        errors.flush();
    }

    /// Writes on the last line of a terminal, over what is there.
    void over(String text) {
        errors.print("\r" + escaped(text) + "\u001b[K");
        errors.flush();
    }

    void flush() {
        output.flush();
        errors.flush();
    }

    static Map<String, Object> object() {
        return new LinkedHashMap<>();
    }

    /// Shows controls and what turns the direction of text around as `\x1b`, `\u202e`.
    static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    int type = Character.getType(c);
                    if (c != '\n' && (Character.isISOControl(c) || c == 0x7f)) {
                        shown.append("\\x%02x".formatted(c));
                    } else if (type == Character.FORMAT
                            || type == Character.SURROGATE
                            || type == Character.PRIVATE_USE
                            || type == Character.LINE_SEPARATOR
                            || type == Character.PARAGRAPH_SEPARATOR) {
                        shown.append("\\u%04x".formatted(c));
                    } else {
                        shown.appendCodePoint(c);
                    }
                });
        return shown.toString();
    }

    PrintWriter writer() {
        return new PrintWriter(output, true, StandardCharsets.UTF_8);
    }
}
