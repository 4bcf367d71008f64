package carryall.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.block.NbdClient.Reply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class NbdServerTest {
    private static final int BLOCK = ComingDevice.BLOCK;
    private static final long SIZE = 80L << 20;

    @TempDir Path folder;
    private final ComingDevice whole = ComingDevice.whole(SIZE);
    private final ComingDevice coming = new ComingDevice(SIZE);
    private Path path;
    private NbdServer server;

    @BeforeEach
    void listen() throws IOException {
        path = folder.resolve("nbd.sock");
        server = NbdServer.listen(path, Map.of("whole", whole, "coming", coming));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    private NbdClient whole(Session.Form form) throws IOException {
        return NbdClient.of(path, "whole", form);
    }

    private NbdClient coming() throws IOException {
        return NbdClient.of(path, "coming", Session.Form.STRUCTURED);
    }

    /// Works, whatever others do.
    private void aGoodClientIsServed() throws IOException {
        try (NbdClient good = whole(Session.Form.STRUCTURED)) {
            assertThat(good.read(BLOCK, 3 * BLOCK))
                    .isEqualTo(ComingDevice.content(BLOCK, 3 * BLOCK));
        }
    }

    @Test
    void zerosComeAsHoles() throws IOException {
        try (NbdClient client = whole(Session.Form.STRUCTURED)) {
            Reply reply = client.ask(0, Protocol.CMD_READ, 2 * BLOCK + 100, 3 * BLOCK);
            assertThat(reply.types())
                    .containsExactly(
                            Protocol.REPLY_OFFSET_DATA,
                            Protocol.REPLY_OFFSET_HOLE,
                            Protocol.REPLY_OFFSET_DATA,
                            Protocol.REPLY_OFFSET_DATA);
            ByteBuffer hole = reply.chunks().get(1).buffer();
            assertThat(hole.getLong()).isEqualTo(3 * BLOCK);
            assertThat(hole.getInt()).isEqualTo(BLOCK);
            assertThat(reply.content()).isEqualTo(ComingDevice.content(2 * BLOCK + 100, 3 * BLOCK));
        }
    }

    @Test
    void aReadThatMayNotBeFragmentedComesInOneChunk() throws IOException {
        try (NbdClient client = whole(Session.Form.STRUCTURED)) {
            Reply reply = client.ask(Protocol.FLAG_DF, Protocol.CMD_READ, 100, Replies.PIECE);
            assertThat(reply.types()).containsExactly(Protocol.REPLY_OFFSET_DATA);
            assertThat(reply.content()).isEqualTo(ComingDevice.content(100, Replies.PIECE));
            assertThat(
                            client.ask(Protocol.FLAG_DF, Protocol.CMD_READ, 0, Replies.PIECE + 1)
                                    .anyError())
                    .isEqualTo(Protocol.EOVERFLOW);
        }
    }

    @ParameterizedTest
    @EnumSource(Session.Form.class)
    void theLongestReadAndTheLastByteAreServed(Session.Form form) throws IOException {
        try (NbdClient client = whole(form)) {
            assertThat(client.read(123, Protocol.MOST_PAYLOAD))
                    .isEqualTo(ComingDevice.content(123, Protocol.MOST_PAYLOAD));
            assertThat(client.read(SIZE - 1, 1)).isEqualTo(ComingDevice.content(SIZE - 1, 1));
        }
    }

    @Test
    void blockStatusSaysWhatIsZero() throws IOException {
        try (NbdClient client = whole(Session.Form.STRUCTURED_WITH_ALLOCATION)) {
            assertThat(states(client, 0, 100, 8 * BLOCK))
                    .containsExactly(3 * BLOCK - 100, 0, BLOCK, 3, 3 * BLOCK, 0, BLOCK, 3, 100, 0);
            assertThat(states(client, Protocol.FLAG_REQ_ONE, 3 * BLOCK, 8 * BLOCK))
                    .containsExactly(BLOCK, 3);
            assertThat(states(client, 0, 0, (int) SIZE)).hasSize(2 * 4096);
        }
    }

    private static List<Integer> states(NbdClient client, int flags, long offset, int length)
            throws IOException {
        Reply reply = client.ask(flags, Protocol.CMD_BLOCK_STATUS, offset, length);
        assertThat(reply.types()).containsExactly(Protocol.REPLY_BLOCK_STATUS);
        ByteBuffer content = reply.chunks().getFirst().buffer();
        assertThat(content.getInt()).isEqualTo(Protocol.ALLOCATION_ID);
        List<Integer> states = new ArrayList<>();
        while (content.hasRemaining()) {
            states.add(content.getInt());
        }
        return states;
    }

    @ParameterizedTest
    @CsvSource({
        // flags, command, offset, length, error
        "0, 0, 83886080, 1, 22", // the size
        "0, 0, 83886079, 2, 22",
        "0, 0, -1, 1, 22",
        "0, 0, 9223372036854775807, 1, 22",
        "0, 0, 0, 0, 22",
        "0, 0, 0, -1, 22",
        "0, 0, 0, 33554433, 22",
        "1, 0, 0, 1, 22",
        "8, 0, 0, 1, 22",
        "0, 3, 0, 0, 0",
        "1, 3, 0, 0, 22",
        "0, 4, 0, 4096, 1",
        "0, 6, 0, 4096, 1",
        "0, 5, 0, 83886080, 0",
        "0, 5, 1, 83886080, 22",
        "0, 5, 0, 0, 22",
        "0, 7, 0, 83886081, 22",
        "0, 7, 0, 0, 22",
        "0, 8, 0, 1, 22",
        "0, 65535, 0, 1, 22",
    })
    void whatCannotBeDoneIsRefused(int flags, int command, long offset, int length, int error)
            throws IOException {
        for (Session.Form form : Session.Form.values()) {
            try (NbdClient client = whole(form)) {
                client.send(flags, command, 9, offset, length);
                assertThat(client.reply(0, 0).anyError()).isEqualTo(error);
                assertThat(client.read(0, 5)).isEqualTo(ComingDevice.content(0, 5));
            }
        }
    }

    @Test
    void aWriteIsTakenAndRefused() throws IOException {
        try (NbdClient client = whole(Session.Form.SIMPLE)) {
            client.send(0, Protocol.CMD_WRITE, 5, 0, 100_000);
            client.write(new byte[100_000]);
            assertThat(client.reply(0, 0).error()).isEqualTo(Protocol.EPERM);
            assertThat(client.read(0, 5)).isEqualTo(ComingDevice.content(0, 5));
            client.send(0, Protocol.CMD_WRITE, 5, 0, Protocol.MOST_PAYLOAD + 1);
            assertThat(client.isLeft()).isTrue();
        }
    }

    @Test
    void aReadThatFailsIsAnErrorOfThatReadOnly() throws IOException {
        whole.breakAt(5L * BLOCK);
        try (NbdClient simple = whole(Session.Form.SIMPLE);
                NbdClient structured = whole(Session.Form.STRUCTURED)) {
            assertThat(simple.ask(0, Protocol.CMD_READ, 0, 8 * BLOCK).error())
                    .isEqualTo(Protocol.EIO);
            Reply reply = structured.ask(0, Protocol.CMD_READ, 4 * BLOCK, 8 * BLOCK);
            assertThat(reply.types())
                    .containsExactly(Protocol.REPLY_OFFSET_DATA, Protocol.REPLY_ERROR_OFFSET);
            ByteBuffer error = reply.chunks().get(1).buffer();
            assertThat(error.getInt()).isEqualTo(Protocol.EIO);
            assertThat(error.getLong(6)).isEqualTo(5L * BLOCK);
            assertThat(structured.ask(Protocol.FLAG_DF, Protocol.CMD_READ, 0, 8 * BLOCK).anyError())
                    .isEqualTo(Protocol.EIO);
            assertThat(simple.read(0, 5)).isEqualTo(ComingDevice.content(0, 5));
            assertThat(structured.read(0, 5)).isEqualTo(ComingDevice.content(0, 5));
        }
    }

    @Test
    void aSimpleReplyThatCannotBeFinishedEndsTheConnection() throws IOException {
        whole.breakAt(2L * Replies.PIECE);
        try (NbdClient client = whole(Session.Form.SIMPLE)) {
            assertThatThrownBy(() -> client.read(0, 3 * Replies.PIECE))
                    .isInstanceOf(IOException.class);
            assertThat(client.isLeft()).isTrue();
        }
    }

    @Test
    void whatIsReadyOvertakesWhatWaits() throws IOException {
        try (NbdClient client = coming()) {
            int waits = 20;
            for (int i = 0; i < waits; i++) {
                client.send(0, Protocol.CMD_READ, i, 4L * i * BLOCK, BLOCK);
            }
            client.send(0, Protocol.CMD_READ, 1000, 3 * BLOCK, BLOCK);
            assertThat(client.reply(BLOCK, 3 * BLOCK).cookie()).isEqualTo(1000);
            for (int i = waits - 1; i >= 0; i--) {
                long offset = 4L * i * BLOCK;
                coming.arrive(offset, BLOCK);
                Reply reply = client.reply(BLOCK, offset);
                assertThat(reply.cookie()).isEqualTo(i);
                assertThat(reply.content()).isEqualTo(ComingDevice.content(offset, BLOCK));
            }
        }
    }

    @Test
    void contentThatDoesNotComeIsAnError() throws IOException {
        coming.breakAt(0);
        try (NbdClient client = coming()) {
            client.send(0, Protocol.CMD_READ, 1, 0, BLOCK);
            Eventually.holds("it waits", () -> coming.waiting() == 1);
            coming.arrive(0, BLOCK);
            assertThat(client.reply(BLOCK, 0).anyError()).isEqualTo(Protocol.EIO);
        }
    }

    @Test
    void aCacheRequestHasContentCome() throws IOException {
        try (NbdClient client = coming()) {
            client.send(0, Protocol.CMD_CACHE, 1, 0, 3 * BLOCK);
            Eventually.holds("it waits", () -> coming.waiting() == 1);
            coming.arrive(0, 3 * BLOCK);
            Reply reply = client.reply(0, 0);
            assertThat(reply.cookie()).isEqualTo(1);
            assertThat(reply.anyError()).isZero();
        }
    }

    @Test
    void onlySoManyWaitAndNoConnectionTakesAllPlaces() throws IOException {
        try (NbdClient one = coming();
                NbdClient two = coming();
                NbdClient three = coming()) {
            waitMuch(one, Connection.MOST_WAITING);
            Eventually.holds("a share", () -> coming.waiting() == Places.MOST_OF_ONE);
            waitMuch(two, Connection.MOST_WAITING);
            waitMuch(three, Connection.MOST_WAITING);
            Eventually.holds("all places", () -> coming.waiting() == Places.MOST);
            aGoodClientIsServed();
            coming.arrive(0, SIZE);
            for (NbdClient client : List.of(one, two, three)) {
                for (int i = 0; i < Connection.MOST_WAITING; i++) {
                    assertThat(client.reply(100, 0).anyError()).isZero();
                }
            }
            assertThat(coming.mostWaiting()).isEqualTo(Places.MOST);
        }
    }

    private static void waitMuch(NbdClient client, int times) throws IOException {
        for (int i = 0; i < times; i++) {
            client.send(0, Protocol.CMD_READ, i, 0, 100);
        }
    }

    @Test
    void whoNeverReadsRepliesKeepsNobodyFromWaiting() throws IOException {
        List<NbdClient> bad = new ArrayList<>();
        try (NbdClient good = coming()) {
            for (int i = 0; i < 4; i++) {
                NbdClient client = coming();
                bad.add(client);
                for (int j = 0; j < Connection.MOST_WAITING; j++) {
                    client.send(0, Protocol.CMD_READ, j, 0, 4 << 20);
                }
            }
            Eventually.holds("all places", () -> coming.waiting() == Places.MOST);
            coming.arrive(0, 4 << 20);
            good.send(0, Protocol.CMD_READ, 1, 8 << 20, BLOCK);
            Eventually.holds("it waits alone", () -> coming.waiting() == 1);
            coming.arrive(8 << 20, BLOCK);
            assertThat(good.reply(BLOCK, 8 << 20).content())
                    .isEqualTo(ComingDevice.content(8 << 20, BLOCK));
            aGoodClientIsServed();
        } finally {
            for (NbdClient client : bad) {
                client.close();
            }
        }
        Eventually.holds("all have ended", () -> connectionThreads() == 0);
    }

    @Test
    void whoAsksMuchAndNeverReadsIsNotHeardForEver() throws IOException {
        try (NbdClient bad = whole(Session.Form.STRUCTURED)) {
            bad.socket().configureBlocking(false);
            ByteBuffer request =
                    ByteBuffer.wrap(NbdClient.request(0, Protocol.CMD_READ, 1, 0, 1 << 20));
            int heard = 0;
            long quiet = System.nanoTime();
            while (System.nanoTime() - quiet < 300_000_000) {
                if (bad.socket().write(request) > 0) {
                    quiet = System.nanoTime();
                }
                if (!request.hasRemaining()) {
                    request.rewind();
                    heard++;
                }
                assertThat(heard).isLessThan(100_000);
            }
            aGoodClientIsServed();
        }
    }

    @Test
    void whoLeavesNoLongerWaits() throws IOException {
        try (NbdClient stays = coming()) {
            stays.send(0, Protocol.CMD_READ, 1, 4 * BLOCK, BLOCK);
            NbdClient leaves = coming();
            waitMuch(leaves, 10);
            Eventually.holds("all wait", () -> coming.waiting() == 11);
            leaves.close();
            Eventually.holds("one waits", () -> coming.waiting() == 1);
            assertThat(coming.interrupted()).isEqualTo(10);
            coming.arrive(4 * BLOCK, BLOCK);
            assertThat(stays.reply(BLOCK, 4 * BLOCK).anyError()).isZero();
            Eventually.holds("one is connected", () -> connectionThreads() == 1);
        }
    }

    @Test
    void whoDisconnectsGetsWhatIsReadyBefore() throws IOException {
        try (NbdClient client = whole(Session.Form.STRUCTURED)) {
            ByteBuffer both = ByteBuffer.allocate(2 * Request.BYTES);
            both.put(NbdClient.request(0, Protocol.CMD_READ, 1, 0, BLOCK));
            both.put(NbdClient.request(0, Protocol.CMD_DISC, 2, 0, 0));
            client.write(both.array());
            assertThat(client.reply(BLOCK, 0).content()).isEqualTo(ComingDevice.content(0, BLOCK));
            assertThat(client.isLeft()).isTrue();
        }
    }

    @Test
    void closingEndsAllThatWaits() throws IOException {
        try (NbdClient waits = coming();
                NbdClient idle = coming();
                NbdClient says = NbdClient.greeted(path)) {
            waitMuch(waits, Connection.MOST_WAITING + 10); // More than are heard.
            Eventually.holds("a share waits", () -> coming.waiting() == Places.MOST_OF_ONE);
            server.close();
            assertThat(coming.waiting()).isZero();
            assertThat(connectionThreads()).isZero();
            assertThat(Files.exists(path)).isFalse();
            assertThat(waits.isLeft()).isTrue();
            assertThat(idle.isLeft()).isTrue();
            assertThat(says.isLeft()).isTrue();
        }
    }

    @Test
    void whoComesWhenItIsFullIsSentAway() throws IOException {
        List<NbdClient> all = new ArrayList<>();
        try {
            for (int i = 0; i < NbdServer.MOST_CONNECTIONS; i++) {
                all.add(whole(Session.Form.SIMPLE));
            }
            try (NbdClient more = NbdClient.connected(path)) {
                assertThat(more.isLeft()).isTrue();
            }
            all.removeLast().close();
            Eventually.holds(
                    "one has left", () -> connectionThreads() < NbdServer.MOST_CONNECTIONS);
            aGoodClientIsServed();
        } finally {
            for (NbdClient client : all) {
                client.close();
            }
        }
    }

    /// Our own mistake is not hidden, and ends the connection that met it.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aDeviceThatBreaksItsContractEndsTheConnection(boolean ready) throws IOException {
        BlockDevice wrong =
                new BlockDevice() {
                    @Override
                    public long size() {
                        return BLOCK;
                    }

                    @Override
                    public boolean isReady(long offset, int length) {
                        return ready;
                    }

                    @Override
                    public void read(long offset, ByteBuffer into) {
                        throw new IllegalStateException("of this test");
                    }

                    @Override
                    public List<Extent> extents(long offset, long length) {
                        return List.of(new Extent(length, false));
                    }
                };
        Path other = folder.resolve("other.sock");
        try (NbdServer server = NbdServer.listen(other, Map.of("", wrong));
                NbdClient client = NbdClient.of(other, "", Session.Form.STRUCTURED)) {
            assertThat(server).isNotNull();
            client.send(0, Protocol.CMD_READ, 1, 0, 10);
            assertThat(client.isLeft()).isTrue();
        }
        aGoodClientIsServed();
    }

    static long connectionThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(each -> each.getName().equals("nbd connection"))
                .count();
    }
}
