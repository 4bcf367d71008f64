package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// From a build to a channel.
final class PublisherTest {
    private static final byte[] CONTENT = Builds.content(1, 3_000_000);

    @TempDir private Path temp;
    private Appliances appliances = new Appliances(Path.of(""));
    private PublisherFolder keys;

    @BeforeEach
    void makePublisher() throws IOException {
        appliances = new Appliances(temp.resolve("home/appliances"));
        keys = PublisherFolder.create(temp.resolve("keys"), "acme", Clock.systemUTC());
    }

    private InstalledAppliance build(String version, byte[] content) throws IOException {
        return Builds.build(appliances, version, content);
    }

    private Published publish(InstalledAppliance built, String channel, PublishListener listener)
            throws IOException {
        return new Publisher(temp.resolve("home"), appliances, keys, Map.of(), Clock.systemUTC())
                .publish(
                        built,
                        new Reference.ShelfAddress.Folder(temp.resolve("shelf")),
                        Subscription.Settings.USUAL,
                        channel,
                        new Publisher.ShortWays(1, List.of()),
                        3,
                        listener);
    }

    private Optional<Channel> channel(String name) throws IOException {
        Repository repository = new FolderShelf(temp.resolve("shelf")).repository("drawing");
        return new PublishedChannel(keys, repository, Builds.NAME, name).find();
    }

    /// Fails if anything is made.
    private static final PublishListener NOTHING_TO_DO =
            new PublishListener() {
                @Override
                public void toCome(int steps) {}

                @Override
                public void step(String title, long totalBytes) {
                    throw new AssertionError(title);
                }

                @Override
                public void done(long bytes) {}
            };

    /// Notes at each step which it is, and of how many.
    private static final class Steps implements PublishListener {
        private final List<String> said = new ArrayList<>();
        private int last;

        @Override
        public void toCome(int steps) {
            last = said.size() + steps;
        }

        @Override
        public void step(String title, long totalBytes) {
            said.add((said.size() + 1) + "/" + last);
        }

        @Override
        public void done(long bytes) {}
    }

    @Test
    void theLastStepIsTheLastThatWasSaidToCome() throws IOException {
        Steps first = new Steps();
        publish(build("1.0", CONTENT), "stable", first);
        assertThat(first.said).containsExactly("1/3", "2/3", "3/3");
        byte[] next = CONTENT.clone();
        next[2_000_000] ^= 1;
        Steps second = new Steps();
        publish(build("1.1", next), "stable", second);
        assertThat(second.said).containsExactly("1/4", "2/4", "3/4", "4/4");
    }

    @Test
    void aReleaseGoesToAnotherChannelAsItIs() throws IOException {
        InstalledAppliance built = build("1.0", CONTENT);
        Release beta = publish(built, "beta", Builds.QUIET).release();
        Published stable = publish(built, "stable", NOTHING_TO_DO);
        assertThat(stable.release().digest()).isEqualTo(beta.digest());
        assertThat(stable.uploadedBytes()).isZero();
        assertThat(channel("stable").orElseThrow().newest().release()).isEqualTo(beta.digest());
    }

    @Test
    void theFirstReleaseOfAChannelSharesWithTheOtherChannels() throws IOException {
        publish(build("1.0", CONTENT), "stable", Builds.QUIET);
        byte[] next = CONTENT.clone();
        next[2_000_000] ^= 1;
        Published beta = publish(build("1.1", next), "beta", Builds.QUIET);
        assertThat(beta.sharedBytes()).isGreaterThan(2_000_000);
        assertThat(beta.updates()).extracting(Published.Update::version).containsExactly("1.0");
        assertThat(channel("beta").orElseThrow().releases()).hasSize(1);
        assertThat(channel("stable").orElseThrow().newest().version()).isEqualTo("1.0");
    }

    @Test
    void aChannelThatSomebodyElseSignedIsLeftAlone() throws IOException {
        InstalledAppliance built = build("1.0", CONTENT);
        publish(built, "beta", Builds.QUIET);
        keys = PublisherFolder.create(temp.resolve("other"), "acme", Clock.systemUTC());
        Repository repository = new FolderShelf(temp.resolve("shelf")).repository("drawing");
        assertThat(new PublishedChannel(keys, repository, Builds.NAME, "stable").others())
                .isEmpty();
    }
}
