package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.crypto.Digest;
import carryall.transport.Blob;
import carryall.transport.MemoryShelf;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FetchingTest {
    @TempDir private Path temp;
    private final MemoryShelf shelf = new MemoryShelf();
    private final Repository repository = shelf.repository("drawing");
    private final List<Publishing.Earlier> earlier = new ArrayList<>();
    private Appliances publishers;
    private Appliances users;

    @BeforeEach
    void makeHosts() {
        publishers = new Appliances(temp.resolve("publisher/appliances"));
        users = new Appliances(temp.resolve("user/appliances"));
    }

    private Published publish(String version, byte[] content) throws IOException {
        InstalledAppliance built = Builds.build(publishers, version, content);
        Published published =
                new Publishing(repository, publishers, temp.resolve("work"), Builds.QUIET)
                        .publish(
                                built,
                                Builds.NAME,
                                new Publishing.Bases(earlier, 2, List.of(), 0),
                                version);
        earlier.addFirst(
                new Publishing.Earlier(
                        version, published.release(), Optional.of(published.installed())));
        return published;
    }

    /// Counts what a fetch says.
    private static final class Counting implements FetchListener {
        private final AtomicLong fetched = new AtomicLong();
        private long announced;

        @Override
        public void begins(long fetchBytes, long hereBytes) {
            announced = fetchBytes;
        }

        @Override
        public void fetched(long bytes) {
            fetched.addAndGet(bytes);
        }
    }

    private Counting fetch(Release release) throws IOException {
        Counting counting = new Counting();
        try (Fetching fetching = Fetching.begin(repository, Optional.empty(), users, release)) {
            InstalledAppliance installed = fetching.finish(counting);
            users.verify(installed);
            assertThat(installed.id()).isEqualTo(release.appliance());
        }
        assertThat(counting.fetched.get()).isEqualTo(counting.announced);
        return counting;
    }

    private static byte[] changed(byte[] content) {
        byte[] other = content.clone();
        for (int at = 1000; at < other.length; at += 300_000) {
            other[at]++;
        }
        return other;
    }

    @Test
    void whatWasPublishedArrivesToTheByte() throws IOException {
        Published published = publish("1.0", Builds.content(1, 9_000_000));
        Counting first = fetch(published.release());
        assertThat(first.announced).isEqualTo(published.firstBytes());
        Appliance description = users.find(published.release().appliance()).description();
        assertThat(description.name()).isEqualTo(Builds.NAME);
        assertThat(description.version()).isEqualTo("1.0");
        assertThat(fetch(published.release()).announced).isZero();
    }

    @Test
    void anUpdateFetchesWhatWasForetold() throws IOException {
        byte[] content = Builds.content(1, 9_000_000);
        Published one = publish("1.0", content);
        fetch(one.release());
        Published two = publish("1.1", changed(content));
        assertThat(two.uploadedBytes()).isLessThan(one.uploadedBytes());
        assertThat(two.updates()).hasSize(1);
        Published.Update update = two.updates().getFirst();
        assertThat(update.coded()).isTrue();
        try (Fetching fetching =
                Fetching.begin(repository, Optional.empty(), users, two.release())) {
            assertThat(fetching.bytes()).isLessThan(update.bytes()).isPositive();
            assertThat(fetching.bytesOfAll()).isEqualTo(two.firstBytes());
        }
        Counting second = fetch(two.release());
        assertThat(second.announced).isLessThan(two.firstBytes() / 20);
    }

    @Test
    void aRottenDiskHereDoesNotMakeARottenOneThere() throws IOException {
        byte[] content = Builds.content(1, 9_000_000);
        Release one = publish("1.0", content).release();
        fetch(one);
        Path disk = users.find(one.appliance()).file(Appliance.Part.SYSTEM);
        byte[] bytes = Files.readAllBytes(disk);
        for (int at = 1 << 20; at < 9_000_000; at += 100_000) {
            bytes[at] ^= 1;
        }
        Files.delete(disk);
        Files.write(disk, bytes);
        Release two = publish("1.1", changed(content)).release();
        try (Fetching fetching = Fetching.begin(repository, Optional.empty(), users, two)) {
            users.verify(fetching.finish(new Counting()));
        }
    }

    @Test
    void aPackOfOtherBytesIsReportedAndNothingOfItKept() throws IOException {
        Release release = publish("1.0", Builds.content(1, 3_000_000)).release();
        for (Descriptor pack : release.packs()) {
            byte[] bytes = repository.blob(pack.digest(), pack.size());
            bytes[bytes.length / 2] ^= 1;
            shelf.spoil(pack.digest(), bytes);
        }
        try (Fetching fetching = Fetching.begin(repository, Optional.empty(), users, release)) {
            assertThatThrownBy(() -> fetching.finish(new Counting()))
                    .isInstanceOfAny(
                            ReleaseException.PackDamaged.class, TransportException.Damaged.class)
                    .hasMessageContaining(release.packs().getFirst().digest().text());
        }
        assertThat(users.list()).isEmpty();
    }

    @Test
    void aMissingPackIsReportedAndAllElseIsKeptForTheNextTime() throws IOException {
        byte[] random = new byte[36_000_000];
        new SplittableRandom(5).nextBytes(random);
        Published published = publish("1.0", random);
        Release release = published.release();
        List<Descriptor> packs = release.packs();
        assertThat(packs).hasSizeGreaterThan(1);
        byte[] last = repository.blob(packs.getLast().digest(), packs.getLast().size());
        shelf.lose(packs.getLast().digest());
        try (Fetching fetching = Fetching.begin(repository, Optional.empty(), users, release)) {
            assertThatThrownBy(() -> fetching.finish(new Counting()))
                    .isInstanceOf(TransportException.Missing.class);
        }
        shelf.spoil(packs.getLast().digest(), last);
        assertThat(fetch(release).announced).isLessThan(published.firstBytes());
    }

    @Test
    void anIndexThatDoesNotFitTheDescriptionIsRefused() throws IOException {
        Release one = publish("1.0", Builds.content(1, 3_000_000)).release();
        byte[] index = IndexFormat.write(new Index(List.of(), List.of(), List.of(), List.of()));
        repository.put(Digest.of(index), Blob.of(index));
        Release other =
                Release.of(
                        Fetching.description(repository, one),
                        one.description(),
                        new Descriptor(Release.INDEX_TYPE, Digest.of(index), index.length),
                        List.of());
        assertThat(other.digest()).isNotEqualTo(one.digest());
        assertThatThrownBy(() -> Fetching.begin(repository, Optional.empty(), users, other))
                .isInstanceOf(ReleaseException.NotRelease.class);
    }

    @Test
    void publishingTheSameAgainPutsNothingNew() throws IOException {
        byte[] content = Builds.content(1, 3_000_000);
        Published one = publish("1.0", content);
        Digest before = one.release().digest();
        earlier.clear();
        Published again = publish("1.0", content);
        assertThat(again.release().digest()).isEqualTo(before);
        assertThat(again.uploadedBytes()).isZero();
    }
}
