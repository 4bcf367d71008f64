package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a new app is to somebody who has another one of the same publisher.
final class NeighboursTest {
    private static final byte[] CONTENT = Builds.content(1, 6_000_000);

    @TempDir private Path temp;
    private Reference.ShelfAddress shelf = new Reference.ShelfAddress.Folder(Path.of(""));
    private Appliances publishers = new Appliances(Path.of(""));
    private PublisherFolder keys;

    @BeforeEach
    void makePublisher() throws IOException {
        shelf = new Reference.ShelfAddress.Folder(temp.resolve("shelf"));
        publishers = new Appliances(temp.resolve("publisher/appliances"));
        keys = PublisherFolder.create(temp.resolve("keys"), "acme", Clock.systemUTC());
    }

    private Published publish(String app, String version, byte[] content, List<String> near)
            throws IOException {
        return publish(app, version, content, new Publisher.ShortWays(1, near), keys, publishers);
    }

    private Published publish(
            String app,
            String version,
            byte[] content,
            Publisher.ShortWays ways,
            PublisherFolder by,
            Appliances on)
            throws IOException {
        InstalledAppliance built =
                Builds.build(on, app, version, content, Optional.empty(), Map.of());
        return new Publisher(temp.resolve("home"), on, by, Map.of(), Clock.systemUTC())
                .publish(
                        built, shelf, Subscription.Settings.USUAL, "stable", ways, 3, Builds.QUIET);
    }

    /// The half of it is as before; of the rest each block is another by a byte.
    private static byte[] alike() {
        byte[] other = CONTENT.clone();
        for (int at = 1000; at < other.length / 2; at += 4096) {
            other[at] ^= 1;
        }
        return other;
    }

    private Repository repository(String app) {
        return new FolderShelf(temp.resolve("shelf")).repository(app);
    }

    /// How much a host fetches of the last when it has those before.
    private long fetched(String app, List<Release> before, Release release) throws IOException {
        Appliances users = new Appliances(temp.resolve("user-" + app + before.size()));
        for (Release each : before) {
            try (Fetching fetching =
                    Fetching.begin(repository("drawing"), Optional.empty(), users, each)) {
                fetching.finish(FetchListener.SILENT);
            }
        }
        try (Fetching fetching =
                Fetching.begin(repository(app), Optional.empty(), users, release)) {
            long bytes = fetching.bytes();
            users.verify(fetching.finish(FetchListener.SILENT));
            return bytes;
        }
    }

    @Test
    void aNewAppIsShortForWhoeverHasOneThatIsAlike() throws IOException {
        Release drawing = publish("drawing", "1.0", CONTENT, List.of()).release();
        Published painting = publish("painting", "1.0", alike(), List.of());
        assertThat(painting.near()).hasSize(1);
        Published.Update near = painting.near().getFirst();
        assertThat(near.version()).isEqualTo("drawing 1.0");
        assertThat(near.coded()).isTrue();
        long with = fetched("painting", List.of(drawing), painting.release());
        assertThat(with).isLessThan(painting.firstBytes() / 10).isLessThan(near.bytes());
        assertThat(fetched("painting", List.of(), painting.release()))
                .isEqualTo(painting.firstBytes());
    }

    @Test
    void aLaterVersionIsSoOnlyIfItIsSaid() throws IOException {
        Release drawing = publish("drawing", "1.0", CONTENT, List.of()).release();
        publish("painting", "1.0", alike(), List.of());
        byte[] next = alike();
        next[5_000_000] ^= 1;
        assertThat(publish("painting", "1.1", next, List.of()).near()).isEmpty();
        next[5_500_000] ^= 1;
        Published told = publish("painting", "1.2", next, List.of("drawing"));
        assertThat(told.near())
                .extracting(Published.Update::version)
                .containsExactly("drawing 1.0");
        assertThat(told.updates().getFirst().coded()).isTrue();
        assertThat(fetched("painting", List.of(drawing), told.release()))
                .isLessThan(told.firstBytes() / 10);
    }

    @Test
    void whatIsNotHereIsFetchedOnlyIfItIsSaid() throws IOException {
        publish("drawing", "1.0", CONTENT, List.of());
        Appliances other = new Appliances(temp.resolve("other/appliances"));
        assertThat(
                        publish(
                                        "painting",
                                        "1.0",
                                        alike(),
                                        new Publisher.ShortWays(1, List.of()),
                                        keys,
                                        other)
                                .near())
                .isEmpty();
        assertThat(
                        publish(
                                        "sketching",
                                        "1.0",
                                        alike(),
                                        new Publisher.ShortWays(1, List.of("drawing")),
                                        keys,
                                        other)
                                .near())
                .hasSize(1);
    }

    @Test
    void whatHasNothingInCommonIsNotCodedAgainst() throws IOException {
        publish("drawing", "1.0", CONTENT, List.of());
        Published other = publish("painting", "1.0", Builds.content(7, 6_000_000), List.of());
        assertThat(other.near()).isEmpty();
        assertThat(other.release().deltas()).isEmpty();
        byte[] half = Arrays.copyOf(CONTENT, 6_000_000);
        System.arraycopy(Builds.content(8, 3_000_000), 0, half, 3_000_000, 3_000_000);
        Published partly = publish("sketching", "1.0", half, List.of("drawing"));
        // What they share is copied, and the rest gains nothing.
        assertThat(partly.near()).extracting(Published.Update::coded).containsExactly(false);
        assertThat(partly.release().deltas()).isEmpty();
    }

    @Test
    void anotherPublishersAppIsNone() throws IOException {
        PublisherFolder others =
                PublisherFolder.create(temp.resolve("others"), "evil", Clock.systemUTC());
        Publisher.ShortWays none = new Publisher.ShortWays(1, List.of());
        publish("drawing", "1.0", CONTENT, none, others, publishers);
        assertThat(publish("painting", "1.0", alike(), List.of()).near()).isEmpty();
        assertThatThrownBy(() -> publish("sketching", "1.0", alike(), List.of("drawing")))
                .isInstanceOf(TrustException.NotSigned.class);
        assertThatThrownBy(() -> publish("sketching", "1.0", alike(), List.of("nothing")))
                .isInstanceOf(TrustException.NotPublished.class)
                .hasMessageContaining("nothing");
    }
}
