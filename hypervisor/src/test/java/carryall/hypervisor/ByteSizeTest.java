package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ByteSizeTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "512, 512",
        "512B, 512",
        "3KiB, 3072",
        "768MiB, 805306368",
        "8GiB, 8589934592",
        "2TiB, 2199023255552",
        "' 1MiB ', 1048576"
    })
    void sizesAreReadWithTheirUnit(String text, long bytes) {
        assertThat(ByteSize.parse(text)).isEqualTo(new ByteSize(bytes));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "MiB", "-1", "1.5GiB", "1 GiB", "1GB", "1gib", "0x10", "1MiBx", "٣"})
    void whatIsNoSizeIsRefusedByItsText(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ByteSize.parse(text))
                .withMessageContaining("'" + text + "'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"8388608TiB", "999999999999999TiB", "9999999999999999"})
    void sizesBeyondALongAreRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> ByteSize.parse(text));
    }

    @Test
    void aNegativeSizeDoesNotExist() {
        assertThatIllegalArgumentException().isThrownBy(() -> new ByteSize(-1));
    }

    @Test
    void mebibytesAreRoundedUp() {
        assertThat(new ByteSize(0).inMebibytes()).isZero();
        assertThat(new ByteSize(1).inMebibytes()).isEqualTo(1);
        assertThat(new ByteSize(1 << 20).inMebibytes()).isEqualTo(1);
        assertThat(new ByteSize((1 << 20) + 1).inMebibytes()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1536, 1.5 KiB",
        "805306368, 768 MiB",
        "1610612736, 1.5 GiB"
    })
    void peopleReadTheLargestUnit(long bytes, String text) {
        assertThat(new ByteSize(bytes)).hasToString(text);
    }

    @Test
    void smallerComesFirst() {
        assertThat(ByteSize.mebibytes(1)).isLessThan(ByteSize.mebibytes(2));
    }
}
