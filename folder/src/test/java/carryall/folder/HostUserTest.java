package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import carryall.folder.Grant.Access;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A keeper that runs as root serves somebody else's folder with that user's rights.
final class HostUserTest {
    private static final int SOMEBODY = 4711;
    private static final int GROUP = 4712;

    @TempDir Path temporary;
    private Path folder;
    private Optional<Served> served = Optional.empty();
    private NfsClient client;
    private byte[] root;

    @BeforeEach
    void open() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0));
        folder = Files.createDirectory(temporary.resolve("folder"));
        give(folder);
        Served open = Served.open(temporary, folder, Access.READ_WRITE);
        served = Optional.of(open);
        client = open.client();
        root = client.mount("/drawings");
    }

    @AfterEach
    void close() throws Exception {
        if (served.isPresent()) {
            served.get().close();
        }
    }

    private static void give(Path file) throws IOException {
        Files.setAttribute(file, "unix:uid", SOMEBODY);
        Files.setAttribute(file, "unix:gid", GROUP);
    }

    @Test
    void whatIsMadeIsTheOwners() throws Exception {
        client.make(root, "a");
        NfsClient.made(client.makeDirectory(root, "d", 0755));
        NfsClient.made(client.makeLink(root, "l", "a"));
        for (String name : new String[] {"a", "d", "l"}) {
            Path made = folder.resolve(name);
            assertThat(
                            Files.getAttribute(
                                    made, "unix:uid", java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(SOMEBODY);
            assertThat(
                            Files.getAttribute(
                                    made, "unix:gid", java.nio.file.LinkOption.NOFOLLOW_LINKS))
                    .isEqualTo(GROUP);
            NfsClient.Seen seen = client.attributes(client.find(root, name)).rest().seen();
            assertThat(seen.uid()).isEqualTo(1000);
            assertThat(seen.gid()).isEqualTo(1000);
        }
    }

    @Test
    void rootsOwnFilesInItAreNotTheGuests() throws Exception {
        Path file = Files.writeString(folder.resolve("roots"), "secret");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
        Path directory = Files.createDirectory(folder.resolve("closed"));
        Files.writeString(directory.resolve("in"), "secret");
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));
        byte[] handle = client.find(root, "roots");
        NfsClient.Seen seen = client.attributes(handle).rest().seen();
        assertThat(seen.uid()).isEqualTo(65534);
        assertThat(seen.gid()).isEqualTo(65534);
        int refused = Status.ACCES.code();
        assertThat(client.read(handle, 0, 10).status()).isEqualTo(refused);
        assertThat(client.write(handle, "x")).isEqualTo(refused);
        assertThat(client.set(handle, Optional.of(0666), Optional.empty()).status())
                .isEqualTo(Status.PERM.code());
        NfsClient.Reply access = client.nfs(4, to -> to.bytes(handle).number(63));
        access.rest().after();
        assertThat(access.rest().number()).isZero();
        assertThat(client.lookUp(client.find(root, "closed"), "in").status()).isEqualTo(refused);
        assertThat(file).hasContent("secret");
    }

    @Test
    void whatItsOwnerMayNotReadIsNotRead() throws Exception {
        byte[] directory = NfsClient.made(client.makeDirectory(root, "d", 0755));
        byte[] file = client.make(directory, "a");
        Files.setPosixFilePermissions(
                folder.resolve("d"), PosixFilePermissions.fromString("---------"));
        assertThat(client.read(file, 0, 10).status()).isEqualTo(Status.ACCES.code());
        assertThat(client.lookUp(directory, "a").status()).isEqualTo(Status.ACCES.code());
        assertThat(client.create(directory, "b", 0, 0644).status()).isEqualTo(Status.ACCES.code());
    }

    @Test
    void aFileMadeForReadingOnlyIsWrittenNevertheless() throws Exception {
        byte[] handle = NfsClient.made(client.create(root, "object", 1, 0444));
        assertThat(client.write(handle, "tree")).isZero();
        assertThat(folder.resolve("object")).hasContent("tree");
        assertThat(client.attributes(handle).rest().seen().mode()).isEqualTo(0444);
    }
}
