package carryall.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ApplianceNameTest {
    @Test
    void whatHasNoPublisherIsLocal() {
        assertThat(ApplianceName.parse("librecad"))
                .isEqualTo(new ApplianceName("local", "librecad"))
                .hasToString("local/librecad");
    }

    @Test
    void aPublisherMayHaveDots() {
        assertThat(ApplianceName.parse("acme.example.org/libre-cad"))
                .isEqualTo(new ApplianceName("acme.example.org", "libre-cad"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "a/",
                "/a",
                "a/b/c",
                "A",
                "a b",
                "-a",
                "a/-b",
                "-a/b",
                "a_b",
                "a.b",
                "../a",
                "a../b",
                ".a/b",
                "a./b",
                "а",
                "a\n",
                "a/b\n",
                "%2e%2e/a",
                "a\u202eb",
            })
    void otherTextsAreNoNames(String text) {
        assertThatThrownBy(() -> ApplianceName.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aNameHasAtMost64Characters() {
        assertThat(ApplianceName.parse("p".repeat(64) + "/" + "a".repeat(64)).app()).hasSize(64);
        for (String text :
                List.of("a".repeat(65), "p".repeat(65) + "/a", "a.".repeat(500_000) + "a/b")) {
            assertThatThrownBy(() -> ApplianceName.parse(text))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
