package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TerminalTest {
    /// What guests and publishers try: clear, title, link, clipboard, C1, direction, invisible.
    private static final List<String> TRICKS =
            List.of(
                    "\u001b[2J\u001b[H",
                    "\u001b]0;owned\u0007",
                    "\u001b]8;;http://x\u001b\\click\u001b]8;;\u001b\\",
                    "\u001b]52;c;cm0gLXJm\u0007",
                    "\u009b31m",
                    "\u0090payload\u009c",
                    "a\rb",
                    "a\bb",
                    "a\u007fb",
                    "\u0000",
                    "abc\u202etxt.exe",
                    "\u2066a\u2069",
                    "\u200b\u200f\ufeff",
                    "a\u2028b\u2029c",
                    "\ue000\udb80\udc00",
                    "\udb40\udc41",
                    "half \ud800",
                    "\u0085");

    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final ByteArrayOutputStream errors = new ByteArrayOutputStream();

    private Terminal terminal(int columns) {
        return new Terminal(
                InputStream.nullInputStream(),
                new PrintStream(output, true, StandardCharsets.UTF_8),
                new PrintStream(errors, true, StandardCharsets.UTF_8),
                columns);
    }

    @Test
    void nothingForeignDraws() {
        Terminal terminal = terminal(80);
        for (String trick : TRICKS) {
            output.reset();
            errors.reset();
            terminal.line(trick);
            if (!trick.contains("\ud800")) { // JSON has no half characters.
                terminal.json(Map.of("x", trick));
            }
            terminal.note(trick);
            terminal.error(trick, trick);
            String all =
                    output.toString(StandardCharsets.UTF_8)
                            + errors.toString(StandardCharsets.UTF_8);
            assertThat(all.replace("\n", ""))
                    .as(Terminal.escaped(trick))
                    .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]")
                    .doesNotContain("\ufffd");
        }
    }

    @Test
    void whatIsWrittenOverTheLastLineDrawsNothingButThat() {
        for (String trick : TRICKS) {
            errors.reset();
            terminal(80).over(trick + "\nnext");
            String line = errors.toString(StandardCharsets.UTF_8);
            assertThat(line).startsWith("\r").endsWith("\u001b[K");
            assertThat(line.substring(1, line.length() - 3))
                    .doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}\\p{Zl}\\p{Zp}]");
        }
    }

    @Test
    void ordinaryTextOfAnyScriptStaysAsItIs() {
        String text = "LibreCAD – Größe, Чертёж, 製図, رسم, 😀 \"x\" \\ `y`";
        terminal(0).line(text);
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo(text + "\n");
    }

    @Test
    void aResultIsOneLineAndAnErrorMayHaveMore() {
        terminal(0).line("a\nb");
        assertThat(output.toString(StandardCharsets.UTF_8)).isEqualTo("a\\x0ab\n");
        terminal(0).error("step failed:\nwords", "mend it");
        assertThat(errors.toString(StandardCharsets.UTF_8))
                .isEqualTo("carryall: step failed:\nwords\n  → mend it\n");
    }

    @ParameterizedTest
    @CsvSource({
        "abc, 3, 3",
        "製図, 4, 4",
        "製図, 3, 2",
        "e\u0301e\u0301, 2, 2",
        "e\u0301e\u0301, 1, 1",
        "😀😀, 3, 2",
        "ﾊﾝ, 2, 2",
        "abc, 0, 0",
    })
    void aTextIsCutBetweenCharactersByItsColumns(String text, int room, int columns) {
        assertThat(Terminal.columns(Terminal.fitting(text, room))).isEqualTo(columns);
        assertThat(text).startsWith(Terminal.fitting(text, room));
    }
}
