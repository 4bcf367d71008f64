package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class EstimateTest {
    private static Map<String, Object> object(Estimate estimate) {
        Map<String, Object> object = Terminal.object();
        estimate.addTo(object);
        return object;
    }

    @Test
    void theTimeFollowsFromTheSpeed() {
        Estimate estimate = new Estimate(1900 << 20, OptionalLong.of(10 << 20));
        assertThat(estimate.text())
                .isEqualTo("1992294400 bytes (1.9 GiB) to fetch, about 3 min 11 s at 10 MiB/s");
        assertThat(object(estimate))
                .isEqualTo(Map.of("fetchBytes", 1_992_294_400L, "fetchSeconds", 191L));
    }

    @Test
    void withoutASpeedItSaysSo() {
        Estimate estimate = new Estimate(1 << 20, OptionalLong.empty());
        assertThat(estimate.text())
                .isEqualTo("1048576 bytes (1 MiB) to fetch, time unknown until the first bytes");
        assertThat(object(estimate)).isEqualTo(Map.of("fetchBytes", 1_048_576L));
    }

    @Test
    void nothingTakesNoTime() {
        assertThat(new Estimate(0, OptionalLong.empty()).text()).isEqualTo("nothing to fetch");
    }
}
