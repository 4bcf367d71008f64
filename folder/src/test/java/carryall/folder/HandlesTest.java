package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// That a guest goes on with the files that it has open, whatever becomes of server and folder.
final class HandlesTest {
    @TempDir Path temporary;
    private Path folder;
    private Served served;
    private NfsClient client;
    private byte[] root;

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(temporary.resolve("folder"));
        begin();
    }

    private void begin() throws Exception {
        served = Served.open(temporary, folder, Access.READ_WRITE);
        client = served.client();
        root = client.mount("/drawings");
    }

    @AfterEach
    void close() throws Exception {
        served.close();
    }

    private byte[] made(String path, String content) throws Exception {
        byte[] at = root;
        String[] names = path.split("/", -1);
        for (int i = 0; i < names.length - 1; i++) {
            at = NfsClient.made(client.makeDirectory(at, names[i], 0755));
        }
        byte[] file = client.make(at, names[names.length - 1]);
        assertThat(client.write(file, content)).isZero();
        return file;
    }

    @Test
    void aHandleFollowsItsFile() throws Exception {
        byte[] file = made("a/b/c", "mine");
        byte[] a = client.find(root, "a");
        byte[] b = client.find(root, "a/b");
        long id = client.attributes(file).rest().seen().fileId();
        assertThat(client.rename(b, "c", root, "d").status()).isZero();
        assertThat(client.content(file)).isEqualTo("mine");
        assertThat(client.find(root, "d")).isEqualTo(file);
        assertThat(client.rename(root, "d", b, "c").status()).isZero();
        assertThat(client.rename(root, "a", root, "moved").status()).isZero();
        assertThat(client.content(file)).isEqualTo("mine");
        assertThat(client.find(root, "moved")).isEqualTo(a);
        assertThat(client.find(root, "moved/b")).isEqualTo(b);
        assertThat(client.find(root, "moved/b/c")).isEqualTo(file);
        assertThat(client.attributes(file).rest().seen().fileId()).isEqualTo(id);
        assertThat(client.lookUp(root, "a").status()).isEqualTo(Status.NOENT.code());
    }

    @Test
    void anotherFileAtTheSamePlaceIsAnother() throws Exception {
        byte[] first = made("a", "first");
        assertThat(client.remove(root, "a").status()).isZero();
        byte[] second = made("a", "second");
        assertThat(second).isNotEqualTo(first);
        assertThat(client.attributes(first).status()).isEqualTo(Status.STALE.code());
        assertThat(client.content(second)).isEqualTo("second");
        // As programs save: beside, then over it.
        for (int i = 0; i < 20; i++) {
            byte[] beside = made("a.new", "saved " + i);
            assertThat(client.rename(root, "a.new", root, "a").status()).isZero();
            assertThat(client.attributes(second).status()).isEqualTo(Status.STALE.code());
            assertThat(client.content(beside)).isEqualTo("saved " + i);
            second = beside;
        }
        assertThat(client.find(root, "a")).isEqualTo(second);
    }

    @Test
    void aDirectoryThatIsMadeAgainHasOtherFiles() throws Exception {
        byte[] before = made("a/b", "0");
        for (int i = 1; i < 100; i++) {
            assertThat(client.remove(client.find(root, "a"), "b").status()).isZero();
            // Sometimes the host removes it, of which the server hears later.
            if (i % 2 == 0) {
                assertThat(client.removeDirectory(root, "a").status()).isZero();
            } else {
                Files.delete(folder.resolve("a"));
            }
            byte[] now = made("a/b", Integer.toString(i));
            assertThat(client.content(now)).isEqualTo(Integer.toString(i));
            assertThat(client.attributes(before).status()).isEqualTo(Status.STALE.code());
            before = now;
        }
    }

    @Test
    void whatTheHostPutsInAFilesPlaceIsTheFile() throws Exception {
        byte[] file = made("a", "first");
        Path beside = Files.writeString(folder.resolve("b"), "by the host");
        Files.move(beside, folder.resolve("a"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThat(client.content(file)).isEqualTo("by the host");
        Files.delete(folder.resolve("a"));
        assertThat(client.attributes(file).status()).isEqualTo(Status.STALE.code());
        Files.createDirectory(folder.resolve("a"));
        assertThat(client.attributes(file).status()).isEqualTo(Status.STALE.code());
        assertThat(client.find(root, "a")).isNotEqualTo(file);
        assertThat(client.attributes(file).status()).isEqualTo(Status.STALE.code());
    }

    @Test
    void aNewServerKnowsThem() throws Exception {
        byte[] file = made("a/b", "mine");
        byte[] moved = made("c", "moved");
        assertThat(client.rename(root, "c", root, "d").status()).isZero();
        assertThat(client.remove(root, "a").status()).isNotZero();
        byte[] gone = made("e", "gone");
        assertThat(client.remove(root, "e").status()).isZero();
        byte[] again = made("e", "again");
        served.close();
        begin();
        assertThat(client.content(file)).isEqualTo("mine");
        assertThat(client.content(moved)).isEqualTo("moved");
        assertThat(client.content(again)).isEqualTo("again");
        assertThat(client.find(root, "d")).isEqualTo(moved);
        assertThat(client.attributes(gone).status()).isEqualTo(Status.STALE.code());
    }

    @Test
    void theyMeanTheSameWhereTheFolderLiesElsewhere() throws Exception {
        byte[] file = made("a/b", "mine");
        byte[] a = client.find(root, "a");
        long id = client.attributes(file).rest().seen().fileId();
        long fsid = client.attributes(file).rest().seen().fsid();
        served.close();
        Path elsewhere = temporary.resolve("another").resolve("path");
        Files.createDirectories(elsewhere.resolve("a"));
        Files.copy(folder.resolve("a/b"), elsewhere.resolve("a/b"));
        folder = elsewhere;
        begin();
        assertThat(client.content(file)).isEqualTo("mine");
        assertThat(client.find(root, "a")).isEqualTo(a);
        assertThat(client.attributes(file).rest().seen().fileId()).isEqualTo(id);
        assertThat(client.attributes(file).rest().seen().fsid()).isEqualTo(fsid);
        assertThat(client.write(file, "more")).isZero();
        assertThat(elsewhere.resolve("a/b")).hasContent("more");
    }

    @Test
    void withoutTheTableTheyAreFoundAgain() throws Exception {
        byte[] file = made("a/b/c/d", "mine");
        byte[] other = made("e/f", "other");
        assertThat(client.remove(client.find(root, "e"), "f").status()).isZero();
        byte[] again = client.make(client.find(root, "e"), "f");
        assertThat(client.write(again, "again")).isZero();
        served.close();
        Files.delete(temporary.resolve("handles"));
        begin();
        assertThat(client.content(file)).isEqualTo("mine");
        assertThat(client.content(again)).isEqualTo("again");
        assertThat(client.attributes(other).status()).isEqualTo(Status.STALE.code());
    }

    @Test
    void aDamagedTableCountsUpToTheDamage() throws Exception {
        byte[] early = made("early", "early");
        byte[] late = made("late", "late");
        served.close();
        Path table = temporary.resolve("handles");
        byte[] bytes = Files.readAllBytes(table);
        for (int at = 0; at < bytes.length; at += 3) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x10;
            Files.write(table, damaged);
            begin();
            assertThat(client.content(early)).isEqualTo("early");
            assertThat(client.content(late)).isEqualTo("late");
            served.close();
        }
        for (int length = 0; length < bytes.length; length += 5) {
            Files.write(table, java.util.Arrays.copyOf(bytes, length));
            begin();
            assertThat(client.content(late)).isEqualTo("late");
            served.close();
        }
        begin();
    }

    @Test
    void aHandleThatNobodyGaveIsStale() throws Exception {
        byte[] file = made("a", "mine");
        byte[] guessed = file.clone();
        guessed[20] ^= 1;
        for (int i = 0; i < 100; i++) {
            assertThat(client.attributes(guessed).status()).isEqualTo(Status.STALE.code());
        }
        assertThat(client.attributes(new byte[32]).status()).isEqualTo(Status.BADHANDLE.code());
        assertThat(client.attributes(new byte[7]).status()).isEqualTo(Status.BADHANDLE.code());
    }
}
