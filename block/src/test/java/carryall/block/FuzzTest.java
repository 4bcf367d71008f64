package carryall.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that say wrong things, in the wrong order, or half of them, and leave at any time.
/// Another count or seed is chosen with `-Dcarryall.fuzz.sessions=` and `-Dcarryall.fuzz.seed=`.
final class FuzzTest {
    private static final int SESSIONS = Integer.getInteger("carryall.fuzz.sessions", 3000);
    private static final long SEED = Long.getLong("carryall.fuzz.seed", 1);
    private static final long SIZE = 1 << 20;
    private static final int MOST_READ = 4 << 20;

    /// What a number is replaced with.
    private static final long[] EDGES = {
        0, 1, -1, 27, 28, 4095, 4096, 1 << 16, Integer.MAX_VALUE, Integer.MIN_VALUE, 32 << 20, SIZE
    };

    @TempDir Path folder;

    @Test
    @Timeout(300)
    void noClientHarmsTheServer() throws Exception {
        ComingDevice here = ComingDevice.whole(SIZE);
        ComingDevice neverComes = new ComingDevice(SIZE);
        Path path = folder.resolve("nbd.sock");
        try (NbdServer server = NbdServer.listen(path, Map.of("", here, "later", neverComes))) {
            aGoodClientIsServed(path);
            int files = openFiles();
            for (int session = 0; session < SESSIONS; session++) {
                SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + session);
                try {
                    talk(path, random);
                } catch (IOException left) {
                    // The server left a client that breaks the rules: that is its right.
                }
                if (session % 100 == 0) {
                    aGoodClientIsServed(path);
                }
            }
            aGoodClientIsServed(path);
            Eventually.holds("no wait is left", () -> neverComes.waiting() == 0);
            Eventually.holds("no thread is left", () -> NbdServerTest.connectionThreads() == 0);
            Eventually.holds("no file is left", () -> openFiles() <= files);
            assertThat(server).isNotNull();
        }
    }

    /// That the sessions get as far as requests that wait: else the fuzzing would show little.
    @Test
    @Timeout(60)
    void someClientsReachTheDevice() throws Exception {
        ComingDevice neverComes = new ComingDevice(SIZE);
        Path path = folder.resolve("nbd.sock");
        try (NbdServer server =
                NbdServer.listen(path, Map.of("", ComingDevice.whole(SIZE), "later", neverComes))) {
            assertThat(server).isNotNull();
            for (int session = 0; session < 500; session++) {
                try {
                    talk(path, new SplittableRandom(SEED * 1_000_003 + session));
                } catch (IOException left) {
                    // As above.
                }
            }
            Eventually.holds("no wait is left", () -> neverComes.waiting() == 0);
            assertThat(neverComes.interrupted()).isPositive();
        }
    }

    private static void aGoodClientIsServed(Path path) throws IOException {
        // A bad one may not have been missed yet, and hold the last place.
        Eventually.holds(
                "room for one more",
                () -> NbdServerTest.connectionThreads() < NbdServer.MOST_CONNECTIONS);
        try (NbdClient good = NbdClient.of(path, "", Session.Form.STRUCTURED)) {
            assertThat(good.read(4000, 10_000)).isEqualTo(ComingDevice.content(4000, 10_000));
        }
    }

    private static int openFiles() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    private static void talk(Path path, SplittableRandom random) throws IOException {
        byte[] words = mutated(session(random), random);
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
            Thread reader = Thread.ofVirtual().start(() -> readSome(socket));
            ByteBuffer bytes = ByteBuffer.wrap(words);
            while (bytes.hasRemaining()) {
                bytes.limit(
                        Math.min(bytes.capacity(), bytes.position() + 1 + random.nextInt(5000)));
                socket.write(bytes);
                bytes.limit(bytes.capacity());
            }
            switch (random.nextInt(4)) {
                case 0 -> reader.interrupt(); // Leaves at once.
                default -> socket.shutdownOutput();
            }
            reader.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void readSome(SocketChannel socket) {
        ByteBuffer some = ByteBuffer.allocate(1 << 16);
        long read = 0;
        try {
            while (read < MOST_READ) {
                int more = socket.read(some.clear());
                if (more < 0) {
                    return;
                }
                read += more;
            }
            socket.close();
        } catch (IOException left) {
            // One of the two did.
        }
    }

    /// What a client might say: mostly right.
    private static byte[] session(SplittableRandom random) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        String export = random.nextBoolean() ? "" : random.nextInt(8) == 0 ? "none" : "later";
        out.writeInt(random.nextInt(16) == 0 ? random.nextInt(4) : 3);
        for (int options = random.nextInt(4); options > 0; options--) {
            switch (random.nextInt(6)) {
                case 0 -> option(out, Protocol.OPT_LIST, new byte[0]);
                case 1 -> option(out, random.nextInt(12), bytes(random, 20));
                case 2 -> option(out, Protocol.OPT_INFO, NbdClient.infos(export, 1, 2, 3));
                case 3 ->
                        option(
                                out,
                                Protocol.OPT_LIST_META_CONTEXT,
                                NbdClient.queries(export, "base:"));
                default -> {
                    option(out, Protocol.OPT_STRUCTURED_REPLY, new byte[0]);
                    option(
                            out,
                            Protocol.OPT_SET_META_CONTEXT,
                            NbdClient.queries(export, Protocol.ALLOCATION));
                }
            }
        }
        switch (random.nextInt(8)) {
            case 0 ->
                    option(out, Protocol.OPT_EXPORT_NAME, export.getBytes(StandardCharsets.UTF_8));
            case 1 -> option(out, Protocol.OPT_ABORT, new byte[0]);
            default -> option(out, Protocol.OPT_GO, NbdClient.infos(export));
        }
        for (int requests = random.nextInt(100); requests > 0; requests--) {
            int command = random.nextInt(4) == 0 ? random.nextInt(10) : Protocol.CMD_READ;
            int flags = random.nextInt(8) == 0 ? random.nextInt(64) : 0;
            long offset = random.nextLong(SIZE + 10);
            int length =
                    random.nextInt(10) == 0
                            ? random.nextInt()
                            : random.nextInt((int) Math.max(1, SIZE - offset) + 1);
            if (command == Protocol.CMD_WRITE) {
                length &= 0xffff;
            }
            out.write(NbdClient.request(flags, command, requests, offset, length));
            if (command == Protocol.CMD_WRITE) {
                out.write(bytes(random, length));
            }
        }
        return bytes.toByteArray();
    }

    private static void option(DataOutputStream out, int option, byte[] content)
            throws IOException {
        out.writeLong(Protocol.OPTION);
        out.writeInt(option);
        out.writeInt(content.length);
        out.write(content);
    }

    private static byte[] bytes(SplittableRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] mutated(byte[] words, SplittableRandom random) {
        byte[] mutant = words.clone();
        switch (random.nextInt(6)) {
            case 0 -> {
                // As it is.
            }
            case 1 -> mutant = Arrays.copyOf(mutant, random.nextInt(mutant.length + 1));
            case 2 -> {
                int cut = random.nextInt(mutant.length);
                int from = random.nextInt(mutant.length);
                ByteBuffer moved = ByteBuffer.allocate(mutant.length + cut);
                moved.put(mutant, 0, cut).put(mutant, from, mutant.length - from);
                mutant = Arrays.copyOf(moved.array(), moved.position());
            }
            case 3 -> {
                for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
                    mutant[random.nextInt(mutant.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            default -> {
                ByteBuffer numbers = ByteBuffer.wrap(mutant);
                for (int times = 1 + random.nextInt(3); times > 0; times--) {
                    long edge = EDGES[random.nextInt(EDGES.length)];
                    int at = random.nextInt(Math.max(1, Math.min(mutant.length, 400) - 8));
                    if (mutant.length >= at + 4) {
                        numbers.putInt(at, (int) edge);
                    }
                }
            }
        }
        return mutant;
    }
}
