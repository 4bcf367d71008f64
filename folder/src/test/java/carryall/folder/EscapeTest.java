package carryall.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import carryall.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// All ways out of a folder that we know. Outside lies a secret that is never read and never
/// changed.
@Timeout(120)
final class EscapeTest {
    private static final String SECRET = "outside";
    private static final int EXCHANGE = 2;
    private static final int AT_FDCWD = -100;

    @TempDir(factory = InMemory.class)
    Path temporary;

    private Path folder;
    private Path outside;
    private Served served;
    private NfsClient client;
    private byte[] root;

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(temporary.resolve("folder"));
        outside = Files.createDirectory(temporary.resolve("outside"));
        Files.writeString(outside.resolve("secret"), SECRET);
        served = Served.open(temporary, folder, Access.READ_WRITE);
        client = served.client();
        root = client.mount("/drawings");
    }

    @AfterEach
    void close() throws Exception {
        served.close();
        assertThat(outside.resolve("secret")).hasContent(SECRET);
        assertThat(outside.toFile().list()).containsExactly("secret");
    }

    @Test
    void namesThatAreWaysAreRefused() throws Exception {
        Files.createDirectory(folder.resolve("d"));
        byte[] d = client.find(root, "d");
        String absolute = outside.resolve("secret").toString();
        List<String> names =
                List.of(
                        "../outside/secret",
                        "../../outside/secret",
                        "d/../../outside/secret",
                        "./secret",
                        absolute,
                        "/",
                        "//",
                        "/etc/passwd",
                        "d\0/../..",
                        "secret\0",
                        "\0",
                        "",
                        "a/",
                        "x".repeat(256),
                        "x".repeat(100_000));
        for (String name : names) {
            assertThat(client.lookUp(root, name).status()).as(name).isNotZero();
            refused(d, name);
        }
        for (String name : List.of(".", "..")) {
            refused(d, name);
        }
        assertThat(client.find(root, "..")).isEqualTo(root);
        for (String path :
                List.of("/drawings/..", "/drawings/../outside", "/../outside", "/", "", absolute)) {
            assertThat(client.call(NfsClient.MOUNT, 1, to -> to.text(path)).number())
                    .as(path)
                    .isNotZero();
        }
        assertThat(client.names(root)).containsExactly("d");
        assertThat(client.names(d)).isEmpty();
    }

    private void refused(byte[] directory, String name) throws IOException {
        byte[] file = client.find(root, "d");
        assertThat(client.create(directory, name, 0, 0644).status()).as(name).isNotZero();
        assertThat(client.create(directory, name, 1, 0644).status()).as(name).isNotZero();
        assertThat(client.makeDirectory(directory, name, 0755).status()).as(name).isNotZero();
        assertThat(client.makeLink(directory, name, "x").status()).as(name).isNotZero();
        assertThat(client.remove(directory, name).status()).as(name).isNotZero();
        assertThat(client.removeDirectory(directory, name).status()).as(name).isNotZero();
        assertThat(client.rename(directory, name, root, "y").status()).as(name).isNotZero();
        assertThat(client.rename(root, "d", directory, name).status()).as(name).isNotZero();
        assertThat(client.link(file, directory, name).status()).as(name).isNotZero();
    }

    @Test
    void linksThatLeadOutAreSeenAndNotFollowed() throws Exception {
        Files.createSymbolicLink(folder.resolve("file"), outside.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("directory"), outside);
        Files.createSymbolicLink(folder.resolve("relative"), Path.of("../outside/secret"));
        Files.createSymbolicLink(folder.resolve("magic"), Path.of("/proc/self/root"));
        Files.createSymbolicLink(folder.resolve("inside"), Path.of("real"));
        client.make(root, "real");
        for (String name : List.of("file", "directory", "relative", "magic", "inside")) {
            byte[] link = client.find(root, name);
            assertThat(client.attributes(link).rest().seen().type()).isEqualTo(5);
            assertThat(client.lookUp(link, "secret").status()).isEqualTo(Status.NOTDIR.code());
            assertThat(client.lookUp(link, "..").status()).isEqualTo(Status.NOTDIR.code());
            assertThat(client.read(link, 0, 100).status()).isEqualTo(Status.INVAL.code());
            assertThat(client.write(link, "x")).isEqualTo(Status.INVAL.code());
            assertThat(client.create(link, "new", 0, 0644).status()).isNotZero();
            assertThat(client.makeDirectory(link, "new", 0755).status()).isNotZero();
            assertThat(client.remove(link, "secret").status()).isNotZero();
            assertThat(client.rename(link, "secret", root, "mine").status()).isNotZero();
            assertThat(client.rename(root, "real", link, "new").status()).isNotZero();
            assertThat(client.set(link, Optional.of(0777), Optional.empty()).status()).isNotZero();
            assertThat(client.set(link, Optional.empty(), Optional.of(0L)).status()).isNotZero();
            assertThat(client.create(root, name, 0, 0644).status()).isNotZero();
            assertThat(client.link(link, root, "hard").status()).isNotZero();
            assertThat(client.call(NfsClient.MOUNT, 1, to -> to.text("/drawings/" + name)).number())
                    .isNotZero();
        }
    }

    @Test
    void devicesAndPipesAreListedAndNeverOpened() throws Exception {
        assertThat(
                        new ProcessBuilder("mkfifo", folder.resolve("fifo").toString())
                                .start()
                                .waitFor())
                .isZero();
        List<String> names = new ArrayList<>(List.of("fifo"));
        if (isRoot()) {
            String device = folder.resolve("device").toString();
            if (new ProcessBuilder("mknod", device, "c", "1", "3").start().waitFor() == 0) {
                names.add("device");
            }
        }
        assertThat(client.names(root)).containsExactlyInAnyOrderElementsOf(names);
        for (String name : names) {
            byte[] handle = client.find(root, name);
            assertThat(client.attributes(handle).status()).isZero();
            assertThat(client.read(handle, 0, 1).status()).isEqualTo(Status.INVAL.code());
            assertThat(client.write(handle, "x")).isEqualTo(Status.INVAL.code());
            assertThat(client.set(handle, Optional.empty(), Optional.of(0L)).status()).isNotZero();
            assertThat(client.nfs(21, to -> to.bytes(handle).longNumber(0).number(0)).status())
                    .isNotZero();
            assertThat(client.list(root, 0, 4096).entries()).hasSize(2 + names.size());
            assertThat(client.create(root, name, 0, 0644).status()).isEqualTo(Status.EXIST.code());
        }
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    @Test
    void mountsInTheFolderAreOutside() throws Exception {
        Files.createDirectory(folder.resolve("mounted"));
        String mounted = folder.resolve("mounted").toString();
        if (!isRoot()
                || new ProcessBuilder("mount", "--bind", outside.toString(), mounted)
                                .start()
                                .waitFor()
                        != 0) {
            return;
        }
        try {
            assertThat(client.lookUp(root, "mounted").status()).isNotZero();
            assertThat(client.names(root)).contains("mounted");
            assertThat(
                            client.nfs(
                                            17,
                                            to ->
                                                    to.bytes(root)
                                                            .longNumber(0)
                                                            .longNumber(0)
                                                            .number(4096)
                                                            .number(8192))
                                    .status())
                    .isZero();
        } finally {
            assertThat(new ProcessBuilder("umount", mounted).start().waitFor()).isZero();
        }
    }

    /// What the host itself puts into the folder is in the folder; a guest can put nothing there.
    @Test
    void aGuestMakesNoHardLinkToWhatIsOutside() throws Exception {
        Path other = Files.createDirectory(temporary.resolve("other"));
        served.server().add(new Grant("other", other, Access.READ_WRITE));
        byte[] otherRoot = client.mount("/other");
        byte[] file = client.make(root, "a");
        assertThat(client.link(file, otherRoot, "a").status()).isEqualTo(Status.XDEV.code());
        assertThat(client.rename(root, "a", otherRoot, "a").status()).isEqualTo(Status.XDEV.code());
        Files.createLink(folder.resolve("theirs"), other.resolve("..").resolve("folder/a"));
        assertThat(client.content(client.find(root, "theirs"))).isEmpty();
    }

    @Test
    void setuidIsNeverSet() throws Exception {
        byte[] file = NfsClient.made(client.create(root, "a", 1, 06755));
        byte[] directory = NfsClient.made(client.makeDirectory(root, "d", 07777));
        client.set(file, Optional.of(07755), Optional.empty());
        client.set(directory, Optional.of(06777), Optional.empty());
        assertThat((int) Files.getAttribute(folder.resolve("a"), "unix:mode") & 06000).isZero();
        assertThat((int) Files.getAttribute(folder.resolve("d"), "unix:mode") & 06000).isZero();
    }

    /// A directory and a link to the outside change places all the time, at the end of the path and
    /// in its middle, while a client looks, reads, writes, makes and removes.
    @Test
    void aRaceIsNeverLost() throws Exception {
        Files.createDirectories(folder.resolve("swap/deep"));
        Files.writeString(folder.resolve("swap/secret"), "inside");
        Files.writeString(folder.resolve("swap/deep/secret"), "inside");
        Files.createSymbolicLink(folder.resolve("link"), outside);
        Files.createSymbolicLink(folder.resolve("file-link"), outside.resolve("secret"));
        Files.createDirectory(folder.resolve("files"));
        Files.writeString(folder.resolve("files/secret"), "inside");
        AtomicInteger swaps = new AtomicInteger();
        AtomicReference<Optional<Throwable>> failure = new AtomicReference<>(Optional.empty());
        Thread swapper =
                Thread.ofPlatform()
                        .name("swapper")
                        .start(() -> {
                            try {
                                while (!Thread.currentThread().isInterrupted()) {
                                    exchange("swap", "link");
                                    exchange("files/secret", "file-link");
                                    swaps.incrementAndGet();
                                }
                            } catch (Throwable thrown) {
                                failure.set(Optional.of(thrown));
                            }
                        });
        int inside = 0;
        int rounds = 0;
        try {
            long end = System.nanoTime() + Duration.ofSeconds(8).toNanos();
            while (System.nanoTime() < end || inside == 0) {
                rounds++;
                inside += round(rounds);
            }
        } finally {
            swapper.interrupt();
            swapper.join();
        }
        assertThat(failure.get()).isEmpty();
        assertThat(rounds).isGreaterThan(100);
        assertThat(swaps.get()).isGreaterThan(10_000);
        assertThat(inside).isPositive();
    }

    private void exchange(String one, String other) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(
                    "renameat2",
                    AT_FDCWD,
                    arena.allocateFrom(folder.resolve(one).toString()).address(),
                    AT_FDCWD,
                    arena.allocateFrom(folder.resolve(other).toString()).address(),
                    EXCHANGE);
        }
    }

    /// @return how often something was reached
    private int round(int number) throws IOException {
        int reached = 0;
        for (String name : List.of("swap", "link", "files")) {
            NfsClient.Reply found = client.lookUp(root, name);
            if (found.status() != 0) {
                continue;
            }
            byte[] directory = found.rest().opaque();
            NfsClient.Reply file = client.lookUp(directory, "secret");
            if (file.status() == 0) {
                byte[] handle = file.rest().opaque();
                NfsClient.Reply read = client.read(handle, 0, 100);
                if (read.status() == 0) {
                    reached++;
                    read.rest().after();
                    read.rest().number();
                    read.rest().number();
                    assertThat(read.rest().text()).startsWith("inside");
                }
                client.write(handle, 6, ("-" + number).getBytes(UTF_8), 0);
                client.set(handle, Optional.of(0600 + number % 8), Optional.empty());
                client.set(handle, Optional.empty(), Optional.of(6L));
                client.link(handle, root, "hard");
                client.remove(root, "hard");
            }
            client.create(directory, "made", 0, 0644);
            client.makeDirectory(directory, "made-directory", 0755);
            client.makeLink(directory, "made-link", "x");
            client.rename(directory, "made", root, "fetched");
            client.rename(root, "fetched", directory, "brought");
            client.remove(directory, "made");
            client.remove(directory, "brought");
            client.remove(directory, "made-link");
            client.removeDirectory(directory, "made-directory");
            NfsClient.Reply listed =
                    client.nfs(
                            16, to -> to.bytes(directory).longNumber(0).longNumber(0).number(4096));
            if (listed.status() == 0) {
                byte[] all = new byte[listed.rest().bytes().remaining()];
                listed.rest().bytes().get(all);
                reached++;
            }
        }
        return reached;
    }
}
