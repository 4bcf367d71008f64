package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FolderShelfTest extends RepositoryContract {
    @TempDir private Path temp;

    @Override
    Shelf shelf() {
        return new FolderShelf(temp.resolve("shelf"));
    }

    private Path index() {
        return temp.resolve("shelf/index.json");
    }

    @Test
    void aFolderThatIsNoLayoutIsRefusedUntilSomethingIsPut() throws IOException {
        FolderShelf shelf = new FolderShelf(temp.resolve("new"));
        assertThatThrownBy(shelf::repositories)
                .isInstanceOf(TransportException.Refused.class)
                .hasMessageContaining("there is no such folder");
        Files.createDirectory(temp.resolve("new"));
        assertThatThrownBy(() -> shelf.repository("a").resolve("b"))
                .isInstanceOf(TransportException.Refused.class)
                .hasMessageContaining("is no shelf: it has no file oci-layout");
        assertThat(shelf.repository("a").has(NOWHERE)).isFalse();
        shelf.create();
        assertThat(shelf.repositories()).isEmpty();
        assertThat(temp.resolve("new/oci-layout")).hasContent("{\"imageLayoutVersion\":\"1.0.0\"}");
    }

    @Test
    void anIndexOfAnotherKindIsNotReplaced() throws IOException {
        Files.createDirectory(temp.resolve("site"));
        Path page = Files.writeString(temp.resolve("site/index.json"), "{\"title\":\"mine\"}");
        assertThatThrownBy(() ->
                        Samples.release(
                                new FolderShelf(temp.resolve("site")).repository("a"), "a", "b"))
                .isInstanceOf(TransportException.Damaged.class);
        assertThat(page).hasContent("{\"title\":\"mine\"}");
    }

    @Test
    void whatOthersWroteIntoTheIndexStays() throws IOException {
        String text = Files.readString(index());
        String other =
                "{\"mediaType\":\""
                        + ManifestText.INDEX
                        + "\",\"digest\":\""
                        + NOWHERE
                        + "\",\"size\":3,\"platform\":{\"os\":\"linux\"},\"annotations\":"
                        + "{\"a\":\"b\"}}";
        Files.writeString(
                index(),
                text.replace("\"manifests\":[", "\"x\":[1.5,true],\"manifests\":[" + other + ","));
        Samples.release(librecad, "next", "2.3.0");
        assertThat(Files.readString(index()))
                .contains("\"x\":[1.5,true]")
                .contains("\"platform\":{\"os\":\"linux\"}")
                .contains("\"annotations\":{\"a\":\"b\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "<html></html>",
                "{}",
                "{\"schemaVersion\":1,\"manifests\":[]}",
                "{\"schemaVersion\":2}",
                "{\"schemaVersion\":2,\"manifests\":{}}",
                "{\"schemaVersion\":2,\"manifests\":null}",
                "{\"schemaVersion\":2,\"manifests\":[1]}",
                "{\"schemaVersion\":2,\"manifests\":[],\"manifests\":[]}",
                "{\"schemaVersion\":2,\"manifests\":[D-1}]}",
                "{\"schemaVersion\":2,\"manifests\":[D0}]}",
                "{\"schemaVersion\":2,\"manifests\":[D4194305}]}",
                "{\"schemaVersion\":2,\"manifests\":[D9223372036854775808}]}",
                "{\"schemaVersion\":2,\"manifests\":[D1.5}]}",
                "{\"schemaVersion\":2,\"manifests\":[D1e300}]}",
                "{\"schemaVersion\":2,\"manifests\":[D3,\"annotations\":{\"T\":1}}]}",
                "{\"schemaVersion\":2,\"manifests\":[D3,\"annotations\":{\"T\":\"a:b\"}},"
                        + "D4,\"annotations\":{\"T\":\"a:b\"}}]}",
            })
    void anAbsurdIndexIsDamaged(String text) throws IOException {
        String entry =
                "{\"mediaType\":\""
                        + ManifestText.MANIFEST
                        + "\",\"digest\":\""
                        + NOWHERE
                        + "\",\"size\":";
        Files.writeString(
                index(),
                text.replace("D", entry).replace("T", "org.opencontainers.image.ref.name"));
        assertThatThrownBy(librecad::tags)
                .isInstanceOf(TransportException.Damaged.class)
                .hasMessageContaining("index.json of ");
        assertThatThrownBy(() -> Samples.release(librecad, "next", "x"))
                .isInstanceOf(TransportException.Damaged.class);
    }

    @Test
    void anIndexThatIsTooLargeIsNotRead() throws IOException {
        try (var file = new java.io.RandomAccessFile(index().toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertThatThrownBy(librecad::tags).isInstanceOf(TransportException.Damaged.class);
    }

    @Test
    void linksAndPipesAreNotFollowed() throws Exception {
        Path blob = temp.resolve("shelf/blobs/sha256").resolve(PACK_DIGEST.hex());
        Path moved = Files.move(blob, temp.resolve("elsewhere"));
        Files.createSymbolicLink(blob, moved);
        assertThatThrownBy(() -> librecad.blob(PACK_DIGEST, PACK.length))
                .isInstanceOf(TransportException.Damaged.class)
                .hasMessageContaining("no ordinary file");
        Files.delete(blob);
        assertThat(new ProcessBuilder("mkfifo", blob.toString()).start().waitFor()).isZero();
        assertThatThrownBy(() -> librecad.range(PACK_DIGEST, PACK.length, 0, 1).close())
                .isInstanceOf(TransportException.Damaged.class);
    }

    @Test
    void aBlobThatWasCutIsDamagedAndReplacedByPuttingItAgain() throws IOException {
        Path blob = temp.resolve("shelf/blobs/sha256").resolve(PACK_DIGEST.hex());
        Files.write(blob, new byte[10]);
        assertThatThrownBy(() -> librecad.range(PACK_DIGEST, PACK.length, 0, 1).close())
                .isInstanceOf(TransportException.Damaged.class);
        librecad.put(PACK_DIGEST, Blob.of(PACK));
        assertThat(librecad.blob(PACK_DIGEST, PACK.length)).isEqualTo(PACK);
    }

    @Test
    void aBlobWithAnotherContentIsDamaged() throws IOException {
        Path blob = temp.resolve("shelf/blobs/sha256").resolve(PACK_DIGEST.hex());
        Files.write(blob, new byte[PACK.length]);
        assertThatThrownBy(() -> librecad.blob(PACK_DIGEST, PACK.length))
                .isInstanceOf(TransportException.Damaged.class)
                .hasMessageContaining("its digest is another");
    }

    @Test
    void severalProcessesWriteAtOnceAndLoseNothing() throws Exception {
        List<Process> writers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            writers.add(writer("p" + i, 10));
        }
        for (Process writer : writers) {
            assertThat(writer.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(writer.exitValue()).isZero();
        }
        assertThat(shelf().repository("crowd").tags()).hasSize(30);
    }

    @Test
    void aKilledWriterLeavesNothingThatCounts() throws Exception {
        Process writer = writer("killed", 1_000_000);
        Repository crowd = shelf().repository("crowd");
        while (crowd.tags().size() < 5) {
            assertThat(writer.isAlive()).isTrue();
            Thread.onSpinWait();
        }
        writer.destroyForcibly().waitFor();
        Path left = Files.writeString(temp.resolve("shelf/.carryall/left"), "half");
        for (String tag : crowd.tags()) {
            Manifest manifest = crowd.resolve(tag).orElseThrow();
            assertThat(crowd.manifest(manifest.digest())).isEqualTo(manifest);
        }
        Samples.release(crowd, "after", "after");
        assertThat(left).doesNotExist();
        assertThat(temp.resolve("shelf/.carryall").toFile().list()).containsExactly("lock");
        assertThat(crowd.tags()).contains("after");
    }

    private Process writer(String name, int count) throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FolderWriting.class.getName(),
                        temp.resolve("shelf").toString(),
                        name,
                        Integer.toString(count))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .redirectOutput(new File("/dev/null"))
                .start();
    }

    /// A writer that is a process of its own.
    static final class FolderWriting {
        public static void main(String[] arguments) throws IOException {
            Repository to = new FolderShelf(Path.of(arguments[0])).repository("crowd");
            for (int i = 0; i < Integer.parseInt(arguments[2]); i++) {
                String tag = arguments[1] + "-" + i;
                Manifest manifest = Samples.release(to, tag, tag);
                if (!to.has(
                        Digest.of(
                                manifest.text()
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8)))) {
                    System.exit(1);
                }
            }
        }
    }
}
