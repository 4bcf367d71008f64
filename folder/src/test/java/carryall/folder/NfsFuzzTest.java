package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.Grant.Access;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whatever a client says, the server answers it or ends that connection, and serves the next.
@Timeout(300)
final class NfsFuzzTest {
    private static final int ROUNDS = 20_000;
    private static final int SYSTEM_ERROR = 5;

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
        Files.writeString(outside.resolve("secret"), "outside");
        Files.createSymbolicLink(folder.resolve("out"), outside);
        served = Served.open(temporary, folder, Access.READ_WRITE);
        client = served.client();
        root = client.mount("/drawings");
    }

    @AfterEach
    void close() throws Exception {
        assertThat(served.client().mount("/drawings")).isEqualTo(root);
        served.close();
        assertThat(outside.resolve("secret")).hasContent("outside");
        assertThat(outside.toFile().list()).containsExactly("secret");
        assertThat(temporary.toFile().list())
                .containsExactlyInAnyOrder("folder", "outside", "handles");
    }

    /// A call of each procedure, as a client makes it.
    private List<byte[]> corpus(NfsClient client) throws IOException {
        client.calls().clear();
        byte[] file = client.make(root, "a");
        byte[] directory = NfsClient.made(client.makeDirectory(root, "d", 0755));
        client.write(file, "hello");
        client.write(file, 3, new byte[300], 2);
        client.read(file, 0, 4096);
        client.attributes(file);
        client.lookUp(root, "out");
        client.lookUp(directory, "..");
        client.set(file, Optional.of(0640), Optional.of(3L));
        client.nfs(4, to -> to.bytes(file).number(63));
        client.makeLink(directory, "l", "../../outside");
        client.nfs(5, to -> to.bytes(client.find(directory, "l")));
        client.nfs(8, to -> to.bytes(root).text("e").number(2).number(1).number(2));
        client.nfs(11, to -> to.bytes(root).text("fifo").number(7));
        client.link(file, directory, "b");
        client.rename(directory, "b", root, "c");
        client.remove(root, "c");
        client.removeDirectory(root, "d");
        client.list(root, 0, 4096);
        client.nfs(17, to -> to.bytes(root).longNumber(0).longNumber(0).number(512).number(4096));
        client.nfs(18, to -> to.bytes(root));
        client.nfs(19, to -> to.bytes(root));
        client.nfs(20, to -> to.bytes(root));
        client.nfs(21, to -> to.bytes(file).longNumber(0).number(0));
        client.call(NfsClient.MOUNT, 5, _ -> {});
        client.call(NfsClient.MOUNT, 2, _ -> {});
        return List.copyOf(client.calls());
    }

    @Test
    void mutatedCallsAreAnsweredOrEndTheConnection() throws Exception {
        List<byte[]> corpus = corpus(client);
        Random random = new Random(20_261_124);
        int ended = 0;
        int answered = 0;
        int open = openFiles();
        NfsClient current = client;
        for (int i = 0; i < ROUNDS; i++) {
            if (i % 400 == 399) {
                // What was removed and renamed by then leaves little to do.
                empty(folder);
                corpus = corpus(current);
            }
            byte[] message = mutated(corpus.get(random.nextInt(corpus.size())), random);
            try {
                NfsClient.Reader reply = current.raw(message);
                answered++;
                assertThat(fault(reply.bytes())).as("round %d", i).isFalse();
            } catch (IOException left) {
                ended++;
                served.end(current);
                current = served.client();
            }
            current.calls().clear();
        }
        assertThat(answered).isGreaterThan(ROUNDS / 2);
        assertThat(ended).isPositive();
        // Each connection's socket was closed, and no file stays open.
        assertThat(openFiles()).isLessThanOrEqualTo(open + 2);
    }

    private static void empty(Path directory) throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString("rwx------"));
                    empty(file);
                }
                Files.delete(file);
            }
        }
    }

    private static int openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    private static boolean fault(ByteBuffer reply) {
        return reply.remaining() >= 24
                && reply.getInt(4) == 1
                && reply.getInt(8) == 0
                && reply.getInt(20) == SYSTEM_ERROR;
    }

    private static byte[] mutated(byte[] call, Random random) {
        byte[] message = call.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(message.length);
            switch (random.nextInt(6)) {
                case 0 -> message[at] = (byte) random.nextInt(256);
                case 1 -> message[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> {
                    int[] numbers = {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 1 << 20, 255};
                    ByteBuffer.wrap(message)
                            .putInt(
                                    random.nextInt(message.length / 4) * 4,
                                    numbers[random.nextInt(numbers.length)]);
                }
                case 3 -> message = java.util.Arrays.copyOf(message, 4 + at);
                case 4 -> {
                    // The procedure, so that arguments meet others than theirs.
                    if (message.length >= 24) {
                        ByteBuffer.wrap(message).putInt(20, random.nextInt(24));
                    }
                }
                default -> {
                    if (at >= 40) {
                        byte[] dots =
                                "../../outside/secret"
                                        .getBytes(java.nio.charset.StandardCharsets.UTF_8);
                        System.arraycopy(
                                dots, 0, message, at, Math.min(dots.length, message.length - at));
                    }
                }
            }
        }
        return message;
    }

    @Test
    void noiseEndsTheConnection() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 500; i++) {
            byte[] noise = new byte[random.nextInt(300)];
            random.nextBytes(noise);
            NfsClient noisy = served.client();
            noisy.send(ByteBuffer.wrap(noise));
            served.end(noisy);
        }
    }

    @Test
    void aLengthIsNotBelieved() throws Exception {
        // 2 GiB are said to come. The server waits for the first bytes or leaves; both cost
        // nothing.
        List<NfsClient> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            NfsClient waits = served.client();
            waits.send(ByteBuffer.allocate(4).putInt(0, (1 << 20) + 4000));
            waiting.add(waits);
        }
        for (int length : new int[] {Integer.MAX_VALUE, -1, (1 << 20) + 5000}) {
            NfsClient greedy = served.client();
            greedy.send(ByteBuffer.allocate(4).putInt(0, length));
            org.assertj.core.api.Assertions.assertThatThrownBy(greedy::receive)
                    .isInstanceOf(IOException.class);
        }
        for (NfsClient waits : waiting) {
            served.end(waits);
        }
    }

    @Test
    void fragmentsMakeAMessageAndEndlessOnesTheEnd() throws Exception {
        byte[] message = client.message(NfsClient.NFS, 1, to -> to.bytes(root));
        ByteBuffer parts = ByteBuffer.allocate(message.length * 5 + 8);
        for (byte part : message) {
            parts.putInt(1).put(part);
        }
        client.send(parts.putInt(1 << 31).flip());
        assertThat(client.receive().bytes().remaining()).isPositive();

        ByteBuffer empty = ByteBuffer.allocate(4096);
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> {
                            while (true) {
                                client.send(empty.clear());
                            }
                        })
                .isInstanceOf(IOException.class);
    }

    @Test
    void whatIsNotServedIsRefusedByItsCode() throws Exception {
        assertThat(accepted(100000, 3, 0)).isEqualTo(1);
        assertThat(accepted(NfsClient.NFS, 4, 0)).isEqualTo(2);
        assertThat(accepted(NfsClient.NFS, 3, 22)).isEqualTo(3);
        assertThat(accepted(NfsClient.NFS, 3, -1)).isEqualTo(3);
        assertThat(accepted(NfsClient.MOUNT, 3, 6)).isEqualTo(3);
        assertThat(accepted(NfsClient.NFS, 3, 1)).isEqualTo(4);
        byte[] otherRpc = client.message(NfsClient.NFS, 0, _ -> {});
        ByteBuffer.wrap(otherRpc).putInt(8, 3);
        assertThat(client.raw(otherRpc).bytes().getInt(8)).isEqualTo(1);
        byte[] otherUser = client.message(NfsClient.NFS, 0, _ -> {});
        ByteBuffer.wrap(otherUser).putInt(24, 6);
        assertThat(client.raw(otherUser).bytes().getInt(8)).isEqualTo(1);
    }

    private int accepted(int program, int version, int procedure) throws IOException {
        byte[] message = client.message(program, procedure, _ -> {});
        ByteBuffer.wrap(message).putInt(16, version);
        return client.raw(message).bytes().getInt(20);
    }

    /// Asks and never reads: the server stops reading, and others are served.
    @Test
    void whoAsksAndNeverReadsCostsNothing() throws Exception {
        byte[] file = client.make(root, "large");
        client.write(file, 0, new byte[1 << 20], 0);
        byte[] read =
                client.message(
                        NfsClient.NFS, 6, to -> to.bytes(file).longNumber(0).number(1 << 20));
        ByteBuffer flood = ByteBuffer.allocate(4 + read.length);
        flood.putInt((1 << 31) | read.length).put(read);
        NfsClient greedy = served.client();
        Thread flooding =
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                for (int i = 0; i < 100_000; i++) {
                                    greedy.send(flood.flip().duplicate());
                                }
                            } catch (IOException closed) {
                                assertThat(closed).isNotNull();
                            }
                        });
        for (int i = 0; i < 100; i++) {
            assertThat(client.attributes(root).status()).isZero();
        }
        served.end(greedy);
        flooding.join();
    }
}
