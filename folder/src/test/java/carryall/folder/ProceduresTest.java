package carryall.folder;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What each procedure does and answers, RFC 1813.
final class ProceduresTest {
    @TempDir Path temporary;
    private Path folder;
    private Served served;
    private NfsClient client;
    private byte[] root;

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(temporary.resolve("folder"));
        served = Served.open(temporary, folder, Access.READ_WRITE);
        client = served.client();
        root = client.mount("/drawings");
    }

    @AfterEach
    void close() throws Exception {
        served.close();
    }

    @Test
    void bothProgramsAnswerNothingToNothing() throws Exception {
        assertThat(client.call(NfsClient.NFS, 0, _ -> {}).bytes().remaining()).isZero();
        assertThat(client.call(NfsClient.MOUNT, 0, _ -> {}).bytes().remaining()).isZero();
    }

    @Test
    void whatIsGrantedIsListed() throws Exception {
        NfsClient.Reader exports = client.call(NfsClient.MOUNT, 5, _ -> {});
        assertThat(exports.yes()).isTrue();
        assertThat(exports.text()).isEqualTo("/drawings");
        assertThat(exports.yes()).isFalse();
        assertThat(exports.yes()).isFalse();
    }

    @Test
    void attributesAreThoseOfTheHost() throws Exception {
        Path file = Files.writeString(folder.resolve("a"), "hello");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-x--x"));
        Files.setAttribute(
                file,
                "lastModifiedTime",
                java.nio.file.attribute.FileTime.from(
                        java.time.Instant.ofEpochSecond(1_700_000_000L, 123_456_789)));
        NfsClient.Reply reply = client.attributes(client.find(root, "a"));
        assertThat(reply.status()).isZero();
        NfsClient.Seen seen = reply.rest().seen();
        assertThat(reply.rest().bytes().remaining()).isZero();
        assertThat(seen.type()).isEqualTo(1);
        assertThat(seen.mode()).isEqualTo(0651);
        assertThat(seen.links()).isEqualTo(1);
        assertThat(seen.size()).isEqualTo(5);
        assertThat(seen.uid()).isEqualTo(1000);
        assertThat(seen.gid()).isEqualTo(1000);
        assertThat(seen.modified()).isEqualTo(1_700_000_000);
        assertThat(seen.modifiedNanos()).isEqualTo(123_456_789);
    }

    @Test
    void lookUpTellsOfFileAndDirectory() throws Exception {
        Files.writeString(folder.resolve("a"), "hello");
        NfsClient.Reply reply = client.lookUp(root, "a");
        byte[] handle = reply.rest().opaque();
        assertThat(handle).hasSize(32);
        assertThat(reply.rest().after().orElseThrow().size()).isEqualTo(5);
        assertThat(reply.rest().after().orElseThrow().type()).isEqualTo(2);

        NfsClient.Reply missing = client.lookUp(root, "b");
        assertThat(missing.status()).isEqualTo(Status.NOENT.code());
        assertThat(missing.rest().after().orElseThrow().type()).isEqualTo(2);
        assertThat(client.lookUp(handle, "b").status()).isEqualTo(Status.NOTDIR.code());
    }

    @Test
    void pointsNameDirectories() throws Exception {
        Files.createDirectories(folder.resolve("a/b"));
        byte[] a = client.find(root, "a");
        assertThat(client.find(a, ".")).isEqualTo(a);
        assertThat(client.find(a, "..")).isEqualTo(root);
        assertThat(client.find(root, "..")).isEqualTo(root);
        assertThat(client.find(client.find(a, "b"), "..")).isEqualTo(a);
        assertThat(client.mount("/drawings/a")).isEqualTo(a);
    }

    @Test
    void readingEndsWhereTheFileEnds() throws Exception {
        Files.writeString(folder.resolve("a"), "hello");
        byte[] handle = client.find(root, "a");
        NfsClient.Reader part = client.read(handle, 1, 3).rest();
        assertThat(part.after().orElseThrow().size()).isEqualTo(5);
        assertThat(part.number()).isEqualTo(3);
        assertThat(part.yes()).isFalse();
        assertThat(part.text()).isEqualTo("ell");
        NfsClient.Reader end = client.read(handle, 3, 100).rest();
        end.after();
        assertThat(end.number()).isEqualTo(2);
        assertThat(end.yes()).isTrue();
        assertThat(end.text()).isEqualTo("lo");
        NfsClient.Reader behind = client.read(handle, 9, 100).rest();
        behind.after();
        assertThat(behind.number()).isZero();
        assertThat(behind.yes()).isTrue();
        assertThat(client.read(root, 0, 1).status()).isEqualTo(Status.ISDIR.code());
    }

    @Test
    void aMebibyteIsReadAndWrittenAtOnce() throws Exception {
        byte[] data = new byte[1 << 20];
        new java.util.Random(1).nextBytes(data);
        byte[] handle = client.make(root, "large");
        assertThat(client.write(handle, 7, data, 0).status()).isZero();
        NfsClient.Reader read = client.read(handle, 7, 1 << 20).rest();
        read.after();
        assertThat(read.number()).isEqualTo(1 << 20);
        assertThat(read.yes()).isTrue();
        assertThat(read.opaque()).isEqualTo(data);
    }

    @Test
    void whatIsWrittenIsInTheHostsFile() throws Exception {
        byte[] handle = client.make(root, "a");
        for (int stable = 0; stable <= 2; stable++) {
            NfsClient.Reply reply = client.write(handle, stable, "x".getBytes(UTF_8), stable);
            assertThat(reply.status()).isZero();
            assertThat(reply.rest().both().orElseThrow().size()).isEqualTo(stable + 1);
            assertThat(reply.rest().number()).isEqualTo(1);
            assertThat(reply.rest().number()).isEqualTo(stable == 0 ? 0 : 2);
        }
        assertThat(folder.resolve("a")).hasContent("xxx");
    }

    @Test
    void aServerProcessHasOneVerifierAndTheNextAnother() throws Exception {
        byte[] handle = client.make(root, "a");
        long first = verifier(client, handle);
        assertThat(verifier(served.client(), handle)).isEqualTo(first);
        served.close();
        served = Served.open(temporary, folder, Access.READ_WRITE);
        assertThat(verifier(served.client(), handle)).isNotEqualTo(first);
    }

    private static long verifier(NfsClient client, byte[] handle) throws Exception {
        NfsClient.Reply commit = client.nfs(21, to -> to.bytes(handle).longNumber(0).number(0));
        assertThat(commit.status()).isZero();
        commit.rest().both();
        long committed = commit.rest().longNumber();
        NfsClient.Reply write = client.write(handle, 0, new byte[1], 0);
        write.rest().both();
        write.rest().number();
        write.rest().number();
        assertThat(write.rest().longNumber()).isEqualTo(committed);
        return committed;
    }

    @Test
    void aFileIsMadeOnceIfGuarded() throws Exception {
        NfsClient.Reply made = client.create(root, "a", 1, 0640);
        assertThat(made.rest().yes()).isTrue();
        byte[] handle = made.rest().opaque();
        assertThat(made.rest().after().orElseThrow().mode()).isEqualTo(0640);
        assertThat(made.rest().both().orElseThrow().type()).isEqualTo(2);
        assertThat(client.create(root, "a", 1, 0640).status()).isEqualTo(Status.EXIST.code());
        assertThat(NfsClient.made(client.create(root, "a", 0, 0600))).isEqualTo(handle);
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(folder.resolve("a"))))
                .isEqualTo("rw-r-----");
    }

    @Test
    void anUncheckedFileIsEmptiedIfTheClientSaysSo() throws Exception {
        Files.writeString(folder.resolve("a"), "hello");
        NfsClient.Reply made =
                client.nfs(
                        8,
                        to ->
                                to.bytes(root)
                                        .text("a")
                                        .number(0)
                                        .attributes(Optional.empty(), Optional.of(0L)));
        assertThat(made.status()).isZero();
        assertThat(folder.resolve("a")).isEmptyFile();
    }

    @Test
    void anExclusiveFileIsMadeOnceAndAskedForTwice() throws Exception {
        NfsClient.Arguments mine = to -> to.bytes(root).text("a").number(2).number(-5).number(7);
        byte[] handle = NfsClient.made(client.nfs(8, mine));
        assertThat(NfsClient.made(client.nfs(8, mine))).isEqualTo(handle);
        assertThat(
                        client.nfs(8, to -> to.bytes(root).text("a").number(2).number(1).number(2))
                                .status())
                .isEqualTo(Status.EXIST.code());
    }

    @Test
    void aFileMadeForReadingOnlyIsWrittenNevertheless() throws Exception {
        byte[] handle = NfsClient.made(client.create(root, "object", 1, 0444));
        assertThat(client.write(handle, "tree")).isZero();
        assertThat(folder.resolve("object")).hasContent("tree");
        assertThat(client.attributes(handle).rest().seen().mode()).isEqualTo(0444);
    }

    @Test
    void attributesAreSet() throws Exception {
        byte[] handle = client.make(root, "a");
        assertThat(client.write(handle, "hello")).isZero();
        NfsClient.Reply set = client.set(handle, Optional.of(07751), Optional.of(2L));
        assertThat(set.status()).isZero();
        NfsClient.Seen seen = set.rest().both().orElseThrow();
        assertThat(seen.size()).isEqualTo(2);
        assertThat(seen.mode()).isEqualTo(01751);
        assertThat(Files.getAttribute(folder.resolve("a"), "unix:mode")).isEqualTo(0101751);

        NfsClient.Reply times =
                client.nfs(
                        2,
                        to ->
                                to.bytes(handle)
                                        .number(0)
                                        .number(0)
                                        .number(0)
                                        .number(0)
                                        .number(2)
                                        .number(11)
                                        .number(12)
                                        .number(2)
                                        .number(13)
                                        .number(14)
                                        .number(0));
        NfsClient.Seen timed = times.rest().both().orElseThrow();
        assertThat(List.of(timed.accessed(), timed.accessedNanos())).containsExactly(11, 12);
        assertThat(List.of(timed.modified(), timed.modifiedNanos())).containsExactly(13, 14);
    }

    @Test
    void aGuardStopsWhatWasChangedMeanwhile() throws Exception {
        byte[] handle = client.make(root, "a");
        assertThat(
                        client.nfs(
                                        2,
                                        to ->
                                                to.bytes(handle)
                                                        .attributes(
                                                                Optional.of(0600), Optional.empty())
                                                        .number(1)
                                                        .number(1)
                                                        .number(1))
                                .status())
                .isEqualTo(Status.NOT_SYNC.code());
    }

    @Test
    void nothingIsGivenAway() throws Exception {
        byte[] handle = client.make(root, "a");
        assertThat(owner(handle, 0)).isEqualTo(Status.PERM.code());
        assertThat(owner(handle, 1000)).isZero();
    }

    private int owner(byte[] handle, int uid) throws Exception {
        return client.nfs(
                        2,
                        to ->
                                to.bytes(handle)
                                        .number(0)
                                        .number(1)
                                        .number(uid)
                                        .number(0)
                                        .number(0)
                                        .number(0)
                                        .number(0)
                                        .number(0))
                .status();
    }

    @Test
    void directoriesComeAndGo() throws Exception {
        byte[] made = NfsClient.made(client.makeDirectory(root, "d", 0711));
        assertThat(client.attributes(made).rest().seen().mode()).isEqualTo(0711);
        client.make(made, "a");
        assertThat(client.removeDirectory(root, "d").status()).isEqualTo(Status.NOTEMPTY.code());
        assertThat(client.remove(root, "d").status()).isEqualTo(Status.ISDIR.code());
        assertThat(client.remove(made, "a").status()).isZero();
        assertThat(client.removeDirectory(root, "d").status()).isZero();
        assertThat(folder).isEmptyDirectory();
        assertThat(client.attributes(made).status()).isEqualTo(Status.STALE.code());
    }

    @Test
    void linksAreMadeAndReadAndNotFollowed() throws Exception {
        byte[] link = NfsClient.made(client.makeLink(root, "l", "../../etc/passwd"));
        assertThat(Files.readSymbolicLink(folder.resolve("l"))).hasToString("../../etc/passwd");
        NfsClient.Reply read = client.nfs(5, to -> to.bytes(link));
        assertThat(read.rest().after().orElseThrow().type()).isEqualTo(5);
        assertThat(read.rest().text()).isEqualTo("../../etc/passwd");
        assertThat(client.nfs(5, to -> to.bytes(root)).status()).isEqualTo(Status.INVAL.code());
    }

    @Test
    void aFileGetsASecondName() throws Exception {
        byte[] file = client.make(root, "a");
        NfsClient.Reply reply = client.link(file, root, "b");
        assertThat(reply.status()).isZero();
        assertThat(reply.rest().after().orElseThrow().links()).isEqualTo(2);
        assertThat(client.write(client.find(root, "b"), "both")).isZero();
        assertThat(folder.resolve("a")).hasContent("both");
        assertThat(client.link(root, root, "c").status()).isEqualTo(Status.INVAL.code());
        // Renaming one to the other changes nothing.
        assertThat(client.rename(root, "a", root, "b").status()).isZero();
        assertThat(client.attributes(file).status()).isZero();
    }

    @Test
    void devicesAreNotMade() throws Exception {
        NfsClient.Reply reply = client.nfs(11, to -> to.bytes(root).text("fifo").number(7));
        assertThat(reply.status()).isEqualTo(Status.NOTSUPP.code());
        assertThat(reply.rest().both()).isPresent();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void accessIsWhatTheHostAllows() throws Exception {
        byte[] file = client.make(root, "a");
        assertThat(access(root)).isEqualTo(1 | 2 | 4 | 8 | 16);
        assertThat(access(file)).isEqualTo(1 | 4 | 8);
        client.set(file, Optional.of(0755), Optional.empty());
        assertThat(access(file)).isEqualTo(1 | 4 | 8 | 32);
    }

    private int access(byte[] handle) throws Exception {
        NfsClient.Reply reply = client.nfs(4, to -> to.bytes(handle).number(63));
        reply.rest().after();
        return reply.rest().number();
    }

    @Test
    void aDirectoryIsListedInParts() throws Exception {
        List<String> expected = IntStream.range(0, 500).mapToObj(i -> "file-" + i).toList();
        for (String name : expected) {
            Files.createFile(folder.resolve(name));
        }
        assertThat(client.names(root)).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void aListingGoesOnWhileTheDirectoryChanges() throws Exception {
        for (int i = 0; i < 300; i++) {
            Files.createFile(folder.resolve("stays-" + i));
            Files.createFile(folder.resolve("goes-" + i));
        }
        List<String> seen = new ArrayList<>();
        long cookie = 0;
        for (int i = 0; ; i++) {
            NfsClient.Part part = client.list(root, cookie, 512);
            part.entries().forEach(entry -> seen.add(entry.name()));
            if (part.isEnd()) {
                break;
            }
            cookie = part.entries().getLast().cookie();
            for (int j = 10 * i; j < Math.min(300, 10 * i + 10); j++) {
                Files.delete(folder.resolve("goes-" + j));
                Files.createFile(folder.resolve("comes-" + j));
            }
        }
        assertThat(seen).doesNotHaveDuplicates();
        for (int i = 0; i < 300; i++) {
            assertThat(seen).contains("stays-" + i);
        }
    }

    @Test
    void aDirectoryLargerThanWhatIsKeptIsListed() throws Exception {
        for (int i = 0; i < 5000; i++) {
            Files.createFile(folder.resolve(Integer.toString(i)));
        }
        assertThat(client.names(root)).hasSize(5000).doesNotHaveDuplicates();
    }

    @Test
    void idsInAListingAreThoseOfTheFiles() throws Exception {
        Files.createFile(folder.resolve("a"));
        Files.createDirectory(folder.resolve("b"));
        for (int i = 0; i < 2; i++) {
            for (NfsClient.Listed entry : client.list(root, 0, 4096).entries()) {
                NfsClient.Reply reply = client.attributes(client.find(root, entry.name()));
                assertThat(reply.rest().seen().fileId()).as(entry.name()).isEqualTo(entry.fileId());
            }
        }
    }

    @Test
    void aListingWithAttributesHasHandles() throws Exception {
        Files.writeString(folder.resolve("a"), "hello");
        NfsClient.Reply reply =
                client.nfs(
                        17,
                        to -> to.bytes(root).longNumber(0).longNumber(0).number(4096).number(8192));
        assertThat(reply.status()).isZero();
        NfsClient.Reader rest = reply.rest();
        rest.after();
        rest.longNumber();
        List<String> names = new ArrayList<>();
        while (rest.yes()) {
            rest.longNumber();
            String name = rest.text();
            names.add(name);
            rest.longNumber();
            Optional<NfsClient.Seen> seen = rest.after();
            if (name.equals("a")) {
                assertThat(seen.orElseThrow().size()).isEqualTo(5);
                assertThat(rest.yes()).isTrue();
                assertThat(rest.opaque()).isEqualTo(client.find(root, "a"));
            } else {
                assertThat(rest.yes()).isFalse();
            }
        }
        assertThat(rest.yes()).isTrue();
        assertThat(names).containsExactly(".", "..", "a");
    }

    @Test
    void aListingThatHasNoRoomSaysSo() throws Exception {
        Files.createFile(folder.resolve("a"));
        assertThat(
                        client.nfs(16, to -> to.bytes(root).longNumber(0).longNumber(0).number(100))
                                .status())
                .isEqualTo(Status.TOOSMALL.code());
    }

    @Test
    void sizesAndLimitsAreTold() throws Exception {
        NfsClient.Reader space = client.nfs(18, to -> to.bytes(root)).rest();
        space.after();
        assertThat(space.longNumber()).isEqualTo(Files.getFileStore(folder).getTotalSpace());
        NfsClient.Reader limits = client.nfs(19, to -> to.bytes(root)).rest();
        limits.after();
        assertThat(limits.number()).isEqualTo(1 << 20);
        limits.bytes().position(limits.bytes().position() + 24);
        assertThat(limits.longNumber()).isEqualTo(Long.MAX_VALUE);
        limits.longNumber();
        assertThat(limits.number()).isEqualTo(27);
        NfsClient.Reader names = client.nfs(20, to -> to.bytes(root)).rest();
        names.after();
        names.number();
        assertThat(names.number()).isEqualTo(255);
    }

    @Test
    void whatIsOnlyForReadingIsNotChanged() throws Exception {
        Path other = Files.createDirectory(temporary.resolve("other"));
        Files.writeString(other.resolve("a"), "hello");
        Files.createDirectory(other.resolve("d"));
        served.server().add(new Grant("only", other, Access.READ_ONLY));
        byte[] only = client.mount("/only");
        byte[] file = client.find(only, "a");
        int refused = Status.ROFS.code();
        assertThat(client.content(file)).isEqualTo("hello");
        assertThat(access(only)).isEqualTo(1 | 2);
        assertThat(client.write(file, "x")).isEqualTo(refused);
        assertThat(client.set(file, Optional.of(0600), Optional.empty()).status())
                .isEqualTo(refused);
        assertThat(client.set(file, Optional.empty(), Optional.of(0L)).status()).isEqualTo(refused);
        assertThat(client.create(only, "b", 0, 0600).status()).isEqualTo(refused);
        assertThat(client.create(only, "a", 0, 0600).status()).isEqualTo(refused);
        assertThat(client.makeDirectory(only, "b", 0700).status()).isEqualTo(refused);
        assertThat(client.makeLink(only, "b", "a").status()).isEqualTo(refused);
        assertThat(client.remove(only, "a").status()).isEqualTo(refused);
        assertThat(client.removeDirectory(only, "d").status()).isEqualTo(refused);
        assertThat(client.rename(only, "a", only, "b").status()).isEqualTo(refused);
        assertThat(client.link(file, only, "b").status()).isEqualTo(refused);
        assertThat(client.nfs(11, to -> to.bytes(only).text("b").number(7)).status())
                .isEqualTo(refused);
        assertThat(client.link(file, root, "b").status()).isEqualTo(Status.XDEV.code());
        assertThat(client.rename(only, "a", root, "b").status()).isNotZero();
        assertThat(other.resolve("a")).hasContent("hello");
        assertThat(client.names(only)).containsExactlyInAnyOrder("a", "d");
    }

    @Test
    void whatWasTakenAwayIsStaleUntilItIsGrantedAgain() throws Exception {
        byte[] file = client.make(root, "a");
        assertThat(served.server().remove("drawings")).isTrue();
        assertThat(served.server().remove("drawings")).isFalse();
        assertThat(client.attributes(file).status()).isEqualTo(Status.STALE.code());
        assertThat(client.attributes(root).status()).isEqualTo(Status.STALE.code());
        assertThat(client.call(NfsClient.MOUNT, 1, to -> to.text("/drawings")).number())
                .isEqualTo(Status.NOENT.code());
        served.server().add(new Grant("drawings", folder, Access.READ_WRITE));
        assertThat(client.attributes(file).status()).isZero();
    }

    @Test
    void nothingIsChangedOnceAFolderWasTakenAway() throws Exception {
        NfsClient busy = served.client();
        byte[] file = client.make(root, "count");
        AtomicInteger written = new AtomicInteger();
        CountDownLatch begun = new CountDownLatch(20);
        Thread writing =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                int number = 0;
                                while (busy.write(file, "%09d".formatted(number)) == 0) {
                                    written.set(number++);
                                    begun.countDown();
                                }
                            } catch (java.io.IOException failure) {
                                throw new java.io.UncheckedIOException(failure);
                            }
                        });
        begun.await();
        assertThat(served.server().remove("drawings")).isTrue();
        String last = Files.readString(folder.resolve("count"));
        writing.join();
        assertThat(folder.resolve("count")).hasContent(last);
        assertThat(Integer.parseInt(last)).isEqualTo(written.get());
    }

    @Test
    void twoClientsSeeOneFolder() throws Exception {
        NfsClient other = served.client();
        byte[] file = client.make(root, "a");
        assertThat(client.write(file, "one")).isZero();
        assertThat(other.content(other.find(other.mount("/drawings"), "a"))).isEqualTo("one");
        assertThat(other.remove(root, "a").status()).isZero();
        assertThat(client.attributes(file).status()).isEqualTo(Status.STALE.code());
    }

    @Test
    void twoMachinesSeeOneFolder() throws Exception {
        Path second = Files.createDirectory(temporary.resolve("second"));
        try (Served otherServed = Served.open(second, folder, Access.READ_WRITE)) {
            NfsClient other = otherServed.client();
            byte[] file = client.make(root, "a");
            assertThat(client.write(file, "one")).isZero();
            assertThat(other.content(other.find(other.mount("/drawings"), "a"))).isEqualTo("one");
        }
    }

    @Test
    void aRequestSentAgainIsNotDoneAgain() throws Exception {
        client.make(root, "a");
        byte[] remove = client.message(NfsClient.NFS, 12, to -> to.bytes(root).text("a"));
        byte[] first = client.raw(remove).bytes().array();
        client.close();
        NfsClient again = served.client();
        assertThat(again.raw(remove).bytes().array()).isEqualTo(first);
        assertThat(again.remove(root, "a").status()).isEqualTo(Status.NOENT.code());
    }
}
