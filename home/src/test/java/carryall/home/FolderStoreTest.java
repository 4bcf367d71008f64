package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FolderStoreTest extends HomeStoreContract {
    private static final byte[] BYTES = "some bytes".getBytes(StandardCharsets.UTF_8);
    private static final ObjectName NAME = ObjectName.of(ObjectKind.PACK, BYTES);

    @TempDir Path folder;

    private final UUID writer = UUID.randomUUID();

    @Override
    FolderStore store() {
        return new FolderStore(folder, writer);
    }

    private Path file() {
        String hex = NAME.digest().hex();
        return folder.resolve("pack").resolve(hex.substring(0, 2)).resolve(hex);
    }

    @Test
    void anObjectIsAFileNamedByItsDigestAndNothingElseIsLeft() throws IOException {
        store().put(NAME, BYTES);
        assertThat(Files.readAllBytes(file())).isEqualTo(BYTES);
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.filter(Files::isRegularFile)).containsExactly(file());
        }
    }

    @Test
    void aFileThatACopyCutIsSeenAndReplacedByTheNextPut() throws IOException {
        store().put(NAME, BYTES);
        byte[] cut = BYTES.clone();
        cut[9] = 0;
        for (byte[] found : new byte[][] {new byte[0], {1, 2, 3}, cut}) {
            Files.write(file(), found);
            assertThatThrownBy(() -> store().read(NAME))
                    .isInstanceOf(TransportException.Damaged.class)
                    .hasMessageContaining(NAME.text());
            store().put(NAME, BYTES);
            assertThat(store().read(NAME)).isEqualTo(BYTES);
        }
    }

    @Test
    void whatOtherProgramsPutThereIsNoObject() throws IOException {
        store().put(NAME, BYTES);
        Files.write(file().resolveSibling("." + NAME.digest().hex() + ".Xy3a"), BYTES);
        Files.write(file().resolveSibling(NAME.digest().hex() + ".tmp"), BYTES);
        Files.write(folder.resolve("pack").resolve("desktop.ini"), BYTES);
        assertThat(store().list(ObjectKind.PACK)).containsExactly(NAME);
    }

    @Test
    void aLinkIsNotFollowed() throws IOException {
        store().put(NAME, BYTES);
        Path elsewhere = Files.write(folder.resolve("elsewhere"), BYTES);
        Files.delete(file());
        Files.createSymbolicLink(file(), elsewhere);
        assertThatThrownBy(() -> store().read(NAME)).isInstanceOf(TransportException.class);
    }

    @Test
    void aWriterRemovesOnlyWhatItLeftItself() throws IOException {
        store().put(NAME, BYTES);
        Path own = folder.resolve("incoming").resolve(writer + "." + UUID.randomUUID());
        Path other = own.resolveSibling(UUID.randomUUID() + "." + UUID.randomUUID());
        Files.write(own, BYTES);
        Files.write(other, BYTES);
        store().tidy();
        assertThat(own).doesNotExist();
        assertThat(other).exists();
    }

    @Test
    void aFolderThatIsNotThereIsNotMade() {
        HomeStore store = new FolderStore(folder.resolve("unplugged"), writer);
        assertThatThrownBy(() -> store.put(NAME, BYTES))
                .isInstanceOf(TransportException.Refused.class);
        assertThatThrownBy(() -> store.list(ObjectKind.PACK))
                .isInstanceOf(TransportException.Refused.class);
        assertThat(folder.resolve("unplugged")).doesNotExist();
    }
}
