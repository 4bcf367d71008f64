package carryall.cli;

import carryall.json.JsonText;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where a verb answers: results on the output, all else on the errors. What came from guests and
/// publishers is escaped here, so that it can draw nothing.
final class Terminal {
    private final BufferedReader input;
    private final PrintStream output;
    private final PrintStream errors;
    private final int columns;

    /// @param columns of the terminal that shows the errors; 0 if that is no terminal
    Terminal(InputStream input, PrintStream output, PrintStream errors, int columns) {
        this.input = new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8));
        this.output = output;
        this.errors = errors;
        this.columns = columns;
    }

    static Terminal ofProcess() {
        return new Terminal(
                System.in,
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

    /// A result of one line, whatever is in the text.
    void line(String text) {
        output.println(escaped(text).replace("\n", "\\x0a"));
    }

    /// One line of JSON. What could draw on a terminal is written as `\\u202e`, which JSON allows.
    void json(Map<String, ?> object) {
        StringBuilder shown = new StringBuilder();
        JsonText.write(object)
                .codePoints()
                .forEach(c -> {
                    if (isDrawing(c)) {
                        for (char half : Character.toChars(c)) {
                            shown.append("\\u%04x".formatted((int) half));
                        }
                    } else {
                        shown.appendCodePoint(c);
                    }
                });
        output.println(shown);
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

    /// Writes on the last line of a terminal, over what is there; what does not fit is cut.
    void over(String text) {
        errors.print(
                "\r" + fitting(escaped(text).replace("\n", "\\x0a"), columns - 1) + "\u001b[K");
        errors.flush();
    }

    /// Asks the person who watches.
    ///
    /// @return the line typed; empty at the end of the input
    Optional<String> ask(String question) throws IOException {
        output.flush();
        errors.print(escaped(question));
        errors.flush();
        return Optional.ofNullable(input.readLine());
    }

    void flush() {
        output.flush();
        errors.flush();
    }

    static Map<String, Object> object() {
        return new LinkedHashMap<>();
    }

    /// An object whose keys stay in this order.
    static Map<String, Object> object(String key, Object value, String then, Object last) {
        Map<String, Object> object = object();
        object.put(key, value);
        object.put(then, last);
        return object;
    }

    /// Shows controls, but for line feeds, and what turns the direction of text around as `\\x1b`,
    /// `\\u202e`.
    static String escaped(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints()
                .forEach(c -> {
                    if (c == '\n' || !isDrawing(c)) {
                        shown.appendCodePoint(c);
                    } else {
                        shown.append(
                                (Character.isISOControl(c) ? "\\x%02x" : "\\u%04x").formatted(c));
                    }
                });
        return shown.toString();
    }

    private static boolean isDrawing(int character) {
        return Character.isISOControl(character)
                || switch (Character.getType(character)) {
                    case Character.FORMAT,
                            Character.SURROGATE,
                            Character.PRIVATE_USE,
                            Character.LINE_SEPARATOR,
                            Character.PARAGRAPH_SEPARATOR ->
                            true;
                    default -> false;
                };
    }

    /// The start of a text that takes at most so many columns.
    static String fitting(String text, int columns) {
        int used = 0;
        int end = 0;
        while (end < text.length()) {
            int character = text.codePointAt(end);
            used += columns(character);
            if (used > columns) {
                break;
            }
            end += Character.charCount(character);
        }
        return text.substring(0, end);
    }

    /// How many columns of a terminal a text takes.
    static int columns(String text) {
        return text.codePoints().map(Terminal::columns).sum();
    }

    private static int columns(int character) {
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(character) ? 2 : 1;
        };
    }

    /// Unicode's Standard Annex 11, East Asian Width, in blocks.
    private static boolean isWide(int character) {
        return (character >= 0x1100 && character <= 0x115f)
                || (character >= 0x2e80 && character <= 0xa4cf && character != 0x303f)
                || (character >= 0xac00 && character <= 0xd7a3)
                || (character >= 0xf900 && character <= 0xfaff)
                || (character >= 0xfe30 && character <= 0xfe6f)
                || (character >= 0xff00 && character <= 0xff60)
                || (character >= 0xffe0 && character <= 0xffe6)
                || (character >= 0x1f300 && character <= 0x1faff)
                || (character >= 0x20000 && character <= 0x3fffd);
    }

    PrintWriter writer() {
        return new PrintWriter(output, true, StandardCharsets.UTF_8);
    }
}
