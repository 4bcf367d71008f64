package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What every shelf does that can also be written.
abstract class RepositoryContract extends ReadingContract {
    @Override
    Shelf writer() throws IOException {
        return shelf();
    }

    @Test
    void aTagMovesAndWhatItPointedToStays() throws IOException {
        Manifest old = librecad.resolve("stable").orElseThrow();
        Manifest next = Samples.release(librecad, "next", "2.3.0", "stable");
        assertThat(librecad.resolve("stable")).contains(next);
        assertThat(librecad.resolve("2.2.0")).contains(old);
        Manifest again = Samples.release(librecad, "again", "2.2.0");
        assertThat(librecad.resolve("2.2.0")).contains(again);
        assertThat(librecad.manifest(old.digest())).isEqualTo(old);
        assertThat(librecad.tags()).containsExactly("2.2.0", "2.3.0", "stable");
    }

    @Test
    void aManifestWithoutTagsIsFoundByItsDigestAlone() throws IOException {
        Manifest quiet = Samples.release(librecad, "quiet");
        assertThat(librecad.manifest(quiet.digest())).isEqualTo(quiet);
        assertThat(librecad.tags()).containsExactly("2.2.0", "stable");
        librecad.put(quiet, List.of("loud"));
        assertThat(librecad.resolve("loud")).contains(quiet);
    }

    @Test
    void puttingAgainChangesNothing() throws IOException {
        librecad.put(PACK_DIGEST, Blob.of(PACK));
        librecad.put(librecad.resolve("stable").orElseThrow(), List.of("stable"));
        assertThat(librecad.blob(PACK_DIGEST, PACK.length)).isEqualTo(PACK);
        assertThat(librecad.tags()).containsExactly("2.2.0", "stable");
    }

    @Test
    void anEmptyBlobCanBePut() throws IOException {
        Digest empty = Digest.of(new byte[0]);
        librecad.put(empty, Blob.of(new byte[0]));
        assertThat(librecad.blob(empty, 0)).isEmpty();
    }

    @Test
    void aBlobThatIsNotItsDigestIsNotThereAfterwards() throws IOException {
        assertThatThrownBy(() -> librecad.put(NOWHERE, Blob.of(new byte[] {1, 2, 3})))
                .isInstanceOf(TransportException.class);
        assertThat(librecad.has(NOWHERE)).isFalse();
    }

    @Test
    void aBlobOfAnotherLengthThanItSaysIsNotThereAfterwards() throws IOException {
        byte[] bytes = Samples.bytes(1000, 7);
        for (long size : new long[] {999, 1001}) {
            assertThatThrownBy(() -> librecad.put(Digest.of(bytes), saying(size, bytes)))
                    .isInstanceOf(TransportException.class);
            assertThat(librecad.has(Digest.of(bytes))).isFalse();
        }
    }

    private static Blob saying(long size, byte[] bytes) {
        return new Blob() {
            @Override
            public long size() {
                return size;
            }

            @Override
            public InputStream open() {
                return new ByteArrayInputStream(bytes);
            }
        };
    }

    @Test
    void aLargePackIsPutAndReadBack() throws IOException {
        byte[] pack = Samples.bytes(32 << 20, 3);
        Digest digest = Digest.of(pack);
        librecad.put(digest, Blob.of(pack));
        assertThat(Digest.of(librecad.blob(digest, pack.length))).isEqualTo(digest);
    }

    @Test
    void severalWritersLoseNothing() throws Exception {
        List<Thread> writers = new ArrayList<>();
        List<Exception> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < 8; i++) {
            String tag = "t" + i;
            Repository to = shelf().repository("crowd");
            writers.add(
                    Thread.ofVirtual()
                            .name(tag)
                            .start(() -> {
                                try {
                                    for (int j = 0; j < 4; j++) {
                                        Samples.release(to, tag + j, tag + "-" + j);
                                    }
                                } catch (TransportException failure) {
                                    failures.add(failure);
                                }
                            }));
        }
        for (Thread writer : writers) {
            assertThat(writer.join(java.time.Duration.ofSeconds(60))).isTrue();
        }
        assertThat(failures).isEmpty();
        assertThat(shelf().repository("crowd").tags())
                .hasSize(32)
                .containsAll(IntStream.range(0, 8).mapToObj(i -> "t" + i + "-3").toList());
    }
}
