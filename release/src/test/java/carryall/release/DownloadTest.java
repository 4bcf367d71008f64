package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Assembly;
import carryall.chunk.Chunk;
import carryall.chunk.Frame;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.crypto.Digest;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What one lost place on a shelf does to those who want others.
@Timeout(120)
final class DownloadTest {
    private static final int BYTES = 30_000_000;
    private static final Duration SOON = Duration.ofMillis(1500);

    @TempDir private static Path published;
    private static Repository repository = new FolderShelf(Path.of("")).repository("drawing");
    private static Index index = new Index(List.of(), List.of(), List.of(), List.of());

    /// In the middle of its pack.
    private static Frame lost = new Frame(0, 0, 1, 1, 0, 1);

    @TempDir private Path temp;

    @BeforeAll
    static void publish() throws IOException {
        byte[] content = new byte[BYTES];
        new SplittableRandom(5).nextBytes(content);
        repository = new FolderShelf(published.resolve("shelf")).repository("drawing");
        Appliances publishers = new Appliances(published.resolve("publisher"));
        InstalledAppliance built = Builds.build(publishers, "1.0", content);
        Published outcome =
                new Publishing(repository, publishers, published.resolve("work"), Builds.QUIET)
                        .publish(built, Builds.NAME, Builds.noBases(), "1.0");
        index = outcome.installed().index();
        List<Frame> first = index.frames().stream().filter(frame -> frame.pack() == 0).toList();
        lost = first.get(first.size() / 2);
        assertThat(lost.chunks()).isGreaterThan(2);
    }

    private static Digest pack() {
        return index.packs().getFirst().digest();
    }

    private static List<Integer> chunks(Frame frame) {
        return IntStream.range(frame.firstChunk(), frame.firstChunk() + frame.chunks())
                .boxed()
                .toList();
    }

    /// Chunks in frames of the same pack, none of them next to another.
    private static List<Integer> others() {
        List<Integer> others = new ArrayList<>();
        for (int i = 0; i < index.frames().size(); i += 2) {
            Frame frame = index.frames().get(i);
            if (frame.pack() == 0 && !frame.equals(lost)) {
                others.add(frame.firstChunk());
            }
        }
        assertThat(others).hasSizeGreaterThan(8);
        return others;
    }

    private Assembly assembly() throws IOException {
        Files.createDirectories(temp.resolve("user"));
        return Assembly.open(index, InstalledRelease.files(index, temp.resolve("user")));
    }

    /// As a keeper's: nothing comes that nobody waits for.
    private static Download begin(Repository shelf, Assembly assembly) {
        Download download =
                new Download(
                        shelf,
                        index,
                        List.of(),
                        assembly,
                        FetchListener.SILENT,
                        Download.Manners.KEEP_TRYING);
        download.follow(Plan.of(index, new BitSet(), List.of(), List.of()));
        download.start(3, 4);
        return download;
    }

    private static CompletableFuture<Void> reading(Download download, List<Integer> chunks) {
        return CompletableFuture.runAsync(() -> {
            try {
                download.await(chunks);
            } catch (IOException failed) {
                throw new UncheckedIOException(failed);
            }
        });
    }

    private static void awaitTries(LossyRepository shelf, int tries) throws InterruptedException {
        while (shelf.tries() < tries) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private void expectOnlyTheLostToWait(LossyRepository.Loss loss) throws Exception {
        LossyRepository shelf = LossyRepository.of(repository, loss, pack(), lost);
        try (Assembly assembly = assembly();
                Download download = begin(shelf, assembly)) {
            CompletableFuture<Void> waiting = reading(download, chunks(lost));
            awaitTries(shelf, 5);
            for (int chunk : others()) {
                reading(download, List.of(chunk)).get(SOON.toMillis(), TimeUnit.MILLISECONDS);
            }
            assertThat(waiting).isNotDone();
            // The others have ended the trouble; the next try, in vain, begins it again.
            while (download.trouble().isEmpty()) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            assertThat(waiting).isNotDone();
            shelf.mend();
            waiting.get(20, TimeUnit.SECONDS);
            assertThat(download.trouble()).isEmpty();
        }
    }

    @Test
    void aFrameOfOtherBytesIsTriedAgainAndKeepsNobodyElseWaiting() throws Exception {
        expectOnlyTheLostToWait(LossyRepository.Loss.WRONG);
    }

    @Test
    void aFrameThatIsCutEachTimeIsTriedAgainAndKeepsNobodyElseWaiting() throws Exception {
        expectOnlyTheLostToWait(LossyRepository.Loss.CUT);
    }

    @Test
    void allThatIsNotLostComesThoughNobodyWaitsForIt() throws Exception {
        LossyRepository shelf =
                LossyRepository.of(repository, LossyRepository.Loss.WRONG, pack(), lost);
        try (Assembly assembly = assembly();
                Download download = begin(shelf, assembly)) {
            download.wantRest();
            int here = 0;
            while (here < index.chunks().size() - lost.chunks()) {
                TimeUnit.MILLISECONDS.sleep(5);
                here = 0;
                for (int i = 0; i < index.chunks().size(); i++) {
                    here += assembly.has(i) ? 1 : 0;
                }
            }
            for (int chunk : chunks(lost)) {
                assertThat(assembly.has(chunk)).isFalse();
            }
            shelf.mend();
            download.awaitAll();
            assertThat(assembly.verified().cardinality()).isEqualTo(index.chunks().size());
        }
    }

    @Test
    void aWrongByteHarmsOnlyTheChunkThatItIsIn() throws Exception {
        int second = lost.firstChunk() + 1;
        Chunk chunk = index.chunks().get(second);
        // What does not compress lies in a frame as it is, behind some bytes of zstd's own.
        long at = lost.offset() + chunk.frameBlock() * 4096L + chunk.bytes() / 2;
        LossyRepository shelf =
                new LossyRepository(repository, LossyRepository.Loss.WRONG, pack(), at, at + 1);
        try (Assembly assembly = assembly();
                Download download = begin(shelf, assembly)) {
            List<Integer> whole = new ArrayList<>(chunks(lost));
            whole.remove(Integer.valueOf(second));
            reading(download, whole).get(20, TimeUnit.SECONDS);
            CompletableFuture<Void> waiting = reading(download, List.of(second));
            assertThatThrownBy(() -> waiting.get(500, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            shelf.mend();
            waiting.get(20, TimeUnit.SECONDS);
        }
    }
}
