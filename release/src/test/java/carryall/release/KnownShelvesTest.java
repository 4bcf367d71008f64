package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KnownShelvesTest {
    private static final Reference.ShelfAddress SHELF =
            Reference.ShelfAddress.parse("https://acme.example/shelf");
    private static final Reference.ShelfAddress OTHER =
            Reference.ShelfAddress.parse("https://acme.example/other");
    private static final Subscription.Settings USUAL = Subscription.Settings.USUAL;
    private static final Subscription.Settings OWN_CA =
            new Subscription.Settings(
                    Optional.of(Path.of("/etc/ca.pem")), Subscription.Transport.TLS);

    @TempDir private Path temp;
    private KnownShelves shelves = new KnownShelves(Path.of(""));

    @BeforeEach
    void begin() {
        shelves = new KnownShelves(temp.resolve("shelves"));
    }

    @Test
    void whatWasSaidOfAShelfCountsForItAlone() throws IOException {
        assertThat(shelves.settings(SHELF, USUAL)).isEqualTo(USUAL);
        shelves.remember(SHELF, OWN_CA);
        assertThat(shelves.settings(SHELF, USUAL)).isEqualTo(OWN_CA);
        assertThat(shelves.settings(OTHER, USUAL)).isEqualTo(USUAL);
    }

    @Test
    void whatIsSaidNowCountsMore() throws IOException {
        shelves.remember(SHELF, OWN_CA);
        Subscription.Settings now =
                new Subscription.Settings(
                        Optional.of(Path.of("/etc/other.pem")),
                        Subscription.Transport.PLAIN_ALLOWED);
        assertThat(shelves.settings(SHELF, now)).isEqualTo(now);
        shelves.remember(SHELF, now);
        assertThat(shelves.settings(SHELF, USUAL)).isEqualTo(now);
        shelves.forget(SHELF);
        assertThat(shelves.settings(SHELF, USUAL)).isEqualTo(USUAL);
    }

    @Test
    void theUsualLeavesNoFile() throws IOException {
        shelves.remember(SHELF, USUAL);
        shelves.measured(SHELF, 1000, Duration.ofSeconds(1));
        assertThat(temp.resolve("shelves")).doesNotExist();
    }

    @Test
    void theLastSpeedStandsBesideWhatWasSaid() throws IOException {
        shelves.remember(SHELF, OWN_CA);
        assertThat(shelves.bytesPerSecond(SHELF)).isEmpty();
        shelves.measured(SHELF, 30 << 20, Duration.ofSeconds(3));
        shelves.measured(SHELF, 1000, Duration.ofSeconds(1));
        assertThat(shelves.bytesPerSecond(SHELF)).isEqualTo(OptionalLong.of(10 << 20));
        assertThat(shelves.settings(SHELF, USUAL)).isEqualTo(OWN_CA);
    }

    @Test
    void aDamagedFileIsRefused() throws IOException {
        shelves.remember(SHELF, OWN_CA);
        try (Stream<Path> files = Files.list(temp.resolve("shelves"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                Files.writeString(file, "{}");
            }
        }
        assertThatThrownBy(() -> shelves.settings(SHELF, USUAL))
                .isInstanceOf(ReleaseException.SubscriptionDamaged.class);
    }
}
