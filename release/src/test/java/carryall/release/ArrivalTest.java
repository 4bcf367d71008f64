package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
final class ArrivalTest {
    private static final int BYTES = 50_000_000;

    @TempDir private static Path published;
    private static final byte[] CONTENT = new byte[BYTES];
    private static Release release;

    @TempDir private Path temp;
    private Path shelf;
    private Appliances users;
    private InstalledAppliance appliance;

    @BeforeAll
    static void publish() throws IOException {
        new SplittableRandom(9).nextBytes(CONTENT);
        Arrays.fill(CONTENT, 5_000_000, 15_000_000, (byte) 0);
        Repository repository = new FolderShelf(published.resolve("shelf")).repository("drawing");
        Appliances publishers = new Appliances(published.resolve("publisher"));
        InstalledAppliance built = Builds.build(publishers, "1.0", CONTENT);
        release =
                new Publishing(repository, publishers, published.resolve("work"), Builds.QUIET)
                        .publish(built, Builds.NAME, Builds.noBases(), "1.0")
                        .release();
    }

    @BeforeEach
    void begin() throws IOException {
        shelf = temp.resolve("shelf");
        try (Stream<Path> all = Files.walk(published.resolve("shelf"))) {
            for (Path each : all.toList()) {
                Files.copy(each, shelf.resolve(published.resolve("shelf").relativize(each)));
            }
        }
        users = new Appliances(temp.resolve("user"));
        Source source =
                new Source(
                        new Reference.ShelfAddress.Folder(shelf),
                        "drawing",
                        Subscription.Settings.USUAL);
        Repository repository = new FolderShelf(shelf).repository("drawing");
        try (Fetching fetching = Fetching.begin(repository, Optional.of(source), users, release)) {
            appliance = fetching.arrive();
        }
    }

    private Arrival open() throws IOException {
        return Arrival.open(appliance, users, new Shelves(Map.of()), _ -> {});
    }

    private void expect(Arrival arrival, int offset, int length) throws IOException {
        byte[] read = new byte[length];
        arrival.read(Appliance.Part.SYSTEM, Builds.START + offset, ByteBuffer.wrap(read));
        assertThat(Arrays.equals(read, Arrays.copyOfRange(CONTENT, offset, offset + length)))
                .as("%d bytes at %d", length, offset)
                .isTrue();
    }

    private void awaitWhole() throws InterruptedException {
        while (!appliance.isWhole()) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    private List<Path> hidePacks() throws IOException {
        return hide(release.packs());
    }

    /// Takes packs from the shelf.
    private List<Path> hide(List<Descriptor> packs) throws IOException {
        List<String> names = packs.stream().map(pack -> pack.digest().hex()).toList();
        List<Path> hidden;
        try (Stream<Path> all = Files.walk(shelf)) {
            hidden = all.filter(f -> names.contains(f.getFileName().toString())).toList();
        }
        for (Path pack : hidden) {
            Files.move(pack, pack.resolveSibling(pack.getFileName() + ".hidden"));
        }
        assertThat(hidden).hasSize(names.size());
        return hidden;
    }

    private static void show(List<Path> hidden) throws IOException {
        for (Path pack : hidden) {
            Files.move(pack.resolveSibling(pack.getFileName() + ".hidden"), pack);
        }
    }

    @Test
    void whatIsReadBeforeItIsHereIsWhatWasPublished() throws Exception {
        assertThat(appliance.isWhole()).isFalse();
        assertThat(users.list()).isEmpty();
        assertThat(users.arriving()).hasSize(1);
        try (Arrival arrival = open()) {
            SplittableRandom random = new SplittableRandom(1);
            for (int i = 0; i < 200; i++) {
                int length = 1 + random.nextInt(300_000);
                expect(arrival, random.nextInt(BYTES - length), length);
            }
            awaitWhole();
        }
        users.verify(appliance);
        assertThat(users.list()).hasSize(1);
        assertThat(users.arriving()).isEmpty();
    }

    @Test
    void aShelfThatIsAwayIsWaitedForAndNothingFails() throws Exception {
        List<Path> hidden = hidePacks();
        try (Arrival arrival = open()) {
            CompletableFuture<Void> read =
                    CompletableFuture.runAsync(() -> {
                        try {
                            expect(arrival, 20_000_000, 100_000);
                        } catch (IOException failed) {
                            throw new java.io.UncheckedIOException(failed);
                        }
                    });
            assertThatThrownBy(() -> read.get(1500, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            assertThat(arrival.stall()).isPresent();
            assertThat(arrival.waitingSince()).isPresent();
            // Zeros are known without the shelf.
            expect(arrival, 6_000_000, 1_000_000);
            show(hidden);
            read.get(20, TimeUnit.SECONDS);
            assertThat(arrival.stall()).isEmpty();
            assertThat(arrival.waitingSince()).isEmpty();
        }
    }

    @Test
    void whoWaitsIsToldWhenWaitingIsRefusedAndWaitsAgainAfter() throws Exception {
        List<Path> hidden = hidePacks();
        try (Arrival arrival = open()) {
            arrival.refuse(true);
            assertThatThrownBy(() -> expect(arrival, 20_000_000, 100_000))
                    .isInstanceOf(IOException.class);
            arrival.refuse(false);
            show(hidden);
            expect(arrival, 20_000_000, 100_000);
        }
    }

    @Test
    void aPackOfOtherBytesNeverReachesAReader() throws Exception {
        List<Path> hidden = hidePacks();
        for (Path pack : hidden) {
            Path whole = pack.resolveSibling(pack.getFileName() + ".hidden");
            byte[] bytes = Files.readAllBytes(whole);
            for (int i = 0; i < bytes.length; i += 1000) {
                bytes[i] ^= 1;
            }
            Files.write(pack, bytes);
        }
        try (Arrival arrival = open()) {
            assertThatThrownBy(() -> arrival.await(Appliance.Part.SYSTEM, Duration.ofMillis(500)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("pack");
            for (Path pack : hidden) {
                Files.move(
                        pack.resolveSibling(pack.getFileName() + ".hidden"),
                        pack,
                        StandardCopyOption.REPLACE_EXISTING);
            }
            expect(arrival, 20_000_000, 100_000);
        }
    }

    @Test
    void whatWasCutGoesOnFromWhatIsHere() throws Exception {
        assertThat(release.packs()).hasSize(2);
        List<Path> last = hide(release.packs().subList(1, 2));
        try (Arrival arrival = open()) {
            expect(arrival, 1_000_000, 3_000_000);
        }
        assertThat(appliance.isWhole()).isFalse();
        List<Path> first = hide(release.packs().subList(0, 1));
        try (Arrival arrival = open()) {
            expect(arrival, 1_000_000, 3_000_000);
            show(first);
            show(last);
            awaitWhole();
        }
        users.verify(appliance);
    }

    @Test
    void twoWhoUseOneAtATimeBothGetWhatTheyWaitFor() throws Exception {
        try (Arrival one = open();
                Arrival two = open()) {
            expect(two, 38_000_000, 1_000_000);
            expect(one, 17_000_000, 1_000_000);
            expect(two, 17_000_000, 1_000_000);
            awaitWhole();
            expect(one, 1_000_000, 1_000_000);
            expect(two, 35_000_000, 1_000_000);
        }
        users.verify(appliance);
    }

    private Process other() throws IOException {
        String classes =
                System.getProperty(
                        "surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        classes,
                        OtherArrival.class.getName(),
                        temp.resolve("user").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
    }

    @Test
    void whenTheProcessThatSeesToTheRestIsKilledAnotherDoes() throws Exception {
        List<Path> last = hide(release.packs().subList(1, 2));
        Process other = other();
        try (Arrival arrival = open(other)) {
            // Both write the same, at once.
            for (int at = 1_000_000; at < 4_000_000; at += 100_000) {
                expect(arrival, at, 100_000);
            }
            assertThat(users.tryLock(appliance)).isEmpty();
            assertThat(users.removeUnneeded(appliance, Set::of)).isFalse();
            other.destroyForcibly().waitFor();
            assertThat(appliance.isWhole()).isFalse();
            show(last);
            awaitWhole();
            expect(arrival, 30_000_000, 1_000_000);
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertThat(appliance.directory().resolve("arriving")).doesNotExist();
        users.verify(appliance);
    }

    /// Opens the appliance when another process sees to it that it becomes whole.
    private Arrival open(Process other) throws IOException {
        assertThat(other.inputReader().readLine()).isEqualTo("it arrives");
        return open();
    }

    @Test
    void aReaderThatIsInterruptedTakesTheFileFromNoOther() throws Exception {
        try (Arrival arrival = open()) {
            expect(arrival, 30_000_000, 100_000);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> expect(arrival, 30_000_000, 100_000))
                    .isInstanceOf(IOException.class);
            assertThat(Thread.interrupted()).isTrue();
            expect(arrival, 30_000_000, 100_000);
            expect(arrival, 20_000_000, 100_000);
        }
    }
}
