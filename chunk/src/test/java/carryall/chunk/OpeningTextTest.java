package carryall.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class OpeningTextTest {
    private static final List<Touch> OPENING =
            List.of(
                    new Touch("app-memory", 1234, 5),
                    new Touch("system", 0, 1),
                    new Touch("app-memory", 0, 1 << 30));
    private static final String TEXT = "app-memory 1234 5\nsystem 0 1\napp-memory 0 1073741824\n";

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(OpeningText.write(OPENING)).isEqualTo(bytes(TEXT));
        assertThat(OpeningText.read(bytes(TEXT))).isEqualTo(OPENING);
        assertThat(OpeningText.write(List.of())).isEmpty();
        assertThat(OpeningText.read(new byte[0])).isEmpty();
    }

    /// What stands in the second line, and what is said of it.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "system 0| line 2 is not IMAGE FIRST BLOCKS: 'system 0'",
                "system 0 1 1| 'system 0 1 1'",
                "system  0 1| 'system  0 1'",
                "system 0 1 | 'system 0 1 '",
                " system 0 1| ' system 0 1'",
                "system 00 1| line 2 is not",
                "system 0 01| line 2 is not",
                "system 0 0| line 2 is not",
                "system -1 1| line 2 is not",
                "system 0 12345678901| line 2 is not",
                "system 0 1073741825| line 2: a touch of 1073741825 blocks from block 0 on",
                "system 1 1073741824| line 2: a touch of 1073741824 blocks from block 1 on",
                "SYSTEM 0 1| line 2 is not",
                "sÿstem 0 1| 's??stem 0 1'",
                "abcdefghijklmnopqrstuvwxyzabcdefg 0 1| line 2 is not",
                "system 0 ١| line 2 is not",
            })
    void anotherLineIsRefusedByItsNumber(String line, String said) {
        assertThatThrownBy(() -> OpeningText.read(bytes("system 0 1\n" + line + "\nsystem 0 1\n")))
                .isInstanceOf(IllegalArgumentException.class)
                .message()
                .contains(said.strip());
    }

    @Test
    void linesEndInTheOneWay() {
        for (String text : List.of("system 0 1", "system 0 1\r\n", "\n", "system 0 1\n\n", "\0")) {
            assertThatThrownBy(() -> OpeningText.read(bytes(text)))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void noMoreLinesAndBytesAreReadOrWrittenThanAreAllowed() {
        Touch touch = new Touch("s", 0, 1);
        List<Touch> most = Collections.nCopies(OpeningText.MOST_LINES, touch);
        byte[] text = OpeningText.write(most);
        assertThat(OpeningText.read(text)).hasSize(OpeningText.MOST_LINES);
        byte[] more = bytes(new String(text, StandardCharsets.US_ASCII) + "s 0 1\n");
        assertThatThrownBy(() -> OpeningText.read(more)).hasMessageContaining("1000000 lines");
        assertThatThrownBy(() ->
                        OpeningText.write(Collections.nCopies(OpeningText.MOST_LINES + 1, touch)))
                .hasMessageContaining("1000001 touches");
        assertThatThrownBy(() -> OpeningText.read(new byte[OpeningText.LARGEST + 1]))
                .hasMessageContaining("16777217 bytes");
        Touch wide = new Touch("an-image-of-a-very-long-name", 1 << 29, 1 << 29);
        assertThatThrownBy(
                        () -> OpeningText.write(Collections.nCopies(OpeningText.MOST_LINES, wide)))
                .hasMessageContaining("bytes");
    }

    @Test
    void whateverIsReadIsWrittenAgainToTheByte() {
        SplittableRandom random = new SplittableRandom(1);
        int read = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] mutant = bytes(TEXT);
            for (int i = random.nextInt(1, 3); i > 0; i--) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(128);
            }
            try {
                assertThat(OpeningText.write(OpeningText.read(mutant))).isEqualTo(mutant);
                read++;
            } catch (IllegalArgumentException refused) {
                // As it should be.
            }
        }
        assertThat(read).isBetween(1, 90_000);
    }
}
