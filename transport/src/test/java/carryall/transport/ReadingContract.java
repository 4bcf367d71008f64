package carryall.transport;

import static carryall.transport.Samples.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every shelf does that can be read.
abstract class ReadingContract {
    static final byte[] PACK = bytes(300_000, 1);
    static final Digest PACK_DIGEST = Digest.of(PACK);
    static final Digest NOWHERE = Digest.of(Samples.utf8("nowhere"));

    /// The shelf that is read.
    abstract Shelf shelf() throws IOException;

    /// One that writes to the same place.
    abstract Shelf writer() throws IOException;

    Repository librecad;
    private Manifest first;

    @BeforeEach
    void fill() throws IOException {
        Repository to = writer().repository("librecad");
        first = Samples.release(to, "first", "2.2.0", "stable");
        to.put(PACK_DIGEST, Blob.of(PACK));
        Samples.release(writer().repository("inkscape"), "other", "1.0");
        librecad = shelf().repository("librecad");
    }

    @Test
    void tagsAreListedInTheirOrder() throws IOException {
        assertThat(librecad.tags()).containsExactly("2.2.0", "stable");
        assertThat(shelf().repository("inkscape").tags()).containsExactly("1.0");
    }

    @Test
    void aRepositoryThatIsNotThereHasNoTags() throws IOException {
        assertThat(shelf().repository("nothing").tags()).isEmpty();
        assertThat(shelf().repository("nothing").resolve("stable")).isEmpty();
    }

    @Test
    void repositoriesAreListed() throws IOException {
        assertThat(shelf().repositories()).containsExactly("inkscape", "librecad");
    }

    @Test
    void aTagResolvesToTheExactManifest() throws IOException {
        assertThat(librecad.resolve("2.2.0")).contains(first);
        assertThat(librecad.resolve("stable")).contains(first);
        assertThat(librecad.resolve("2.3.0")).isEmpty();
    }

    @Test
    void aManifestIsFoundByItsDigest() throws IOException {
        assertThat(librecad.manifest(first.digest())).isEqualTo(first);
        assertThatThrownBy(() -> librecad.manifest(NOWHERE))
                .isInstanceOf(TransportException.Missing.class)
                .hasMessageContaining(NOWHERE.text());
    }

    @Test
    void aBlobIsReadWhole() throws IOException {
        assertThat(librecad.blob(PACK_DIGEST, PACK.length)).isEqualTo(PACK);
        assertThatThrownBy(() -> librecad.blob(NOWHERE, 5))
                .isInstanceOf(TransportException.Missing.class);
    }

    @Test
    void aBlobOfAnotherSizeIsDamaged() {
        for (long size : new long[] {0, PACK.length - 1, PACK.length + 1}) {
            assertThatThrownBy(() -> librecad.blob(PACK_DIGEST, size))
                    .isInstanceOf(TransportException.Damaged.class);
        }
    }

    @Test
    void aRangeHasExactlyItsBytes() throws IOException {
        long[][] ranges = {
            {0, 1}, {0, PACK.length}, {1, 70_000}, {PACK.length - 1, 1}, {299_000, 1000}
        };
        for (long[] range : ranges) {
            try (InputStream part = librecad.range(PACK_DIGEST, PACK.length, range[0], range[1])) {
                byte[] wanted =
                        java.util.Arrays.copyOfRange(
                                PACK, (int) range[0], (int) (range[0] + range[1]));
                assertThat(part.readAllBytes()).isEqualTo(wanted);
            }
        }
    }

    @Test
    void aRangeOfABlobThatIsNotThereIsMissing() {
        assertThatThrownBy(() -> librecad.range(NOWHERE, 10, 0, 10).close())
                .isInstanceOf(TransportException.Missing.class);
    }

    @Test
    void aRangeOutsideOfTheBlobIsRefusedBeforeAsking() {
        long size = PACK.length;
        for (long[] range : new long[][] {{-1, 1}, {0, 0}, {size, 1}, {1, size}, {1, -1}}) {
            assertThatThrownBy(() -> librecad.range(PACK_DIGEST, size, range[0], range[1]).close())
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void itIsKnownWhatIsThere() throws IOException {
        assertThat(librecad.has(PACK_DIGEST)).isTrue();
        assertThat(librecad.has(NOWHERE)).isFalse();
    }

    @Test
    void namesThatCouldLeadElsewhereAreRefused() {
        for (String name : new String[] {"", "..", "a/b", "A", "-a", "a".repeat(65), "a:b"}) {
            assertThatThrownBy(() -> shelf().repository(name))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (String tag : new String[] {"", "..", "a/b", "a b", "a".repeat(129), "a:b"}) {
            assertThatThrownBy(() -> librecad.resolve(tag))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
