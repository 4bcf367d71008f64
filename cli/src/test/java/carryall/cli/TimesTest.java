package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimesTest {
    @ParameterizedTest
    @CsvSource({
        "-5, 0 s",
        "0, 0 s",
        "59, 59 s",
        "60, 1 min 0 s",
        "3599, 59 min 59 s",
        "3600, 1 h 0 min",
        "172799, 47 h 59 min",
        "172800, 2 days",
        "31536000, 365 days",
    })
    void aSpanIsToldInTwoUnits(long seconds, String text) {
        assertThat(Times.text(Duration.ofSeconds(seconds))).isEqualTo(text);
    }
}
