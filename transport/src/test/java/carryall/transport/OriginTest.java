package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;

final class OriginTest {
    private static Origin of(String uri) {
        return Origin.of(URI.create(uri)).orElseThrow();
    }

    private static boolean goes(String home, String from, String to) throws UnknownHostException {
        return of(home).refusal(of(from), of(to)).isEmpty();
    }

    @Test
    void aShelfMaySendToOtherHostsWithTls() throws UnknownHostException {
        assertThat(goes("https://192.0.2.1", "https://192.0.2.1", "https://192.0.2.9")).isTrue();
        assertThat(goes("http://192.0.2.1", "http://192.0.2.1", "https://192.0.2.9")).isTrue();
        assertThat(goes("http://127.0.0.1:1", "http://127.0.0.1:1", "http://127.0.0.1:2")).isTrue();
    }

    @Test
    void tlsIsNotGivenUp() throws UnknownHostException {
        assertThat(goes("https://192.0.2.1", "https://192.0.2.1", "http://192.0.2.1")).isFalse();
        assertThat(goes("http://192.0.2.1", "https://192.0.2.2", "http://192.0.2.1:2")).isFalse();
        assertThat(goes("http://192.0.2.1", "http://192.0.2.1", "http://192.0.2.2")).isFalse();
    }

    @Test
    void aShelfElsewhereDoesNotReachIntoThisHost() throws UnknownHostException {
        for (String inside :
                new String[] {
                    "https://127.0.0.1",
                    "https://127.9.9.9",
                    "https://localhost",
                    "https://[::1]",
                    "https://[::ffff:127.0.0.1]",
                    "https://2130706433",
                    "https://169.254.169.254",
                    "https://[fe80::1]",
                    "https://0.0.0.0",
                    "https://[::]",
                    "https://224.0.0.1"
                }) {
            assertThat(goes("https://192.0.2.1", "https://192.0.2.1", inside)).as(inside).isFalse();
        }
    }

    @Test
    void onlyNamesThatSaySoAreLoopback() {
        assertThat(of("http://localhost:5000").loopback()).isTrue();
        assertThat(of("http://127.0.0.1.example").loopback()).isFalse();
        assertThat(of("http://localhost.example").loopback()).isFalse();
    }

    @Test
    void whatIsNoWebAddressHasNoOrigin() {
        for (String uri : new String[] {"file:///x", "x", "http:x", "https://u@x", "https://x:0"}) {
            assertThat(Origin.of(URI.create(uri))).isEmpty();
        }
    }
}
