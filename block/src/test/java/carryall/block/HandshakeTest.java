package carryall.block;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.block.NbdClient.OptionReply;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
final class HandshakeTest {
    private static final long SIZE = 1 << 20;

    @TempDir Path folder;
    private Path path;
    private NbdServer server;

    @BeforeEach
    void listen() throws IOException {
        path = folder.resolve("nbd.sock");
        server =
                NbdServer.listen(
                        path,
                        Map.of(
                                "system", ComingDevice.whole(SIZE),
                                "personal", ComingDevice.whole(2 * SIZE)));
    }

    @AfterEach
    void close() throws IOException {
        server.close();
    }

    @ParameterizedTest
    @EnumSource(Session.Form.class)
    void eachFormReadsTheSame(Session.Form form) throws IOException {
        try (NbdClient client = NbdClient.of(path, "system", form)) {
            assertThat(client.size).isEqualTo(SIZE);
            assertThat((client.exportFlags & Protocol.SEND_DF) != 0)
                    .isEqualTo(form != Session.Form.SIMPLE);
            assertThat(client.exportFlags & ~Protocol.SEND_DF)
                    .isEqualTo(
                            Protocol.HAS_FLAGS
                                    | Protocol.READ_ONLY
                                    | Protocol.SEND_FLUSH
                                    | Protocol.CAN_MULTI_CONN
                                    | Protocol.SEND_CACHE);
            assertThat(client.read(5000, 700_001)).isEqualTo(ComingDevice.content(5000, 700_001));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, Protocol.FIXED_NEWSTYLE, Protocol.NO_ZEROES, 3})
    void anExportIsChosenByNameWithAndWithoutZeroes(int flags) throws IOException {
        try (NbdClient client = NbdClient.connected(path)) {
            client.greet(flags);
            client.exportName("personal", (flags & Protocol.NO_ZEROES) == 0 ? 124 : 0);
            assertThat(client.size).isEqualTo(2 * SIZE);
            assertThat(client.read(SIZE, 10)).isEqualTo(ComingDevice.content(SIZE, 10));
        }
    }

    @Test
    void exportsAreListed() throws IOException {
        try (NbdClient client = NbdClient.greeted(path)) {
            assertThat(client.option(Protocol.OPT_LIST, new byte[0]))
                    .extracting(each -> new String(each.content(), UTF_8))
                    .containsExactlyInAnyOrder("\0\0\0\6system", "\0\0\0\10personal", "");
        }
    }

    @Test
    void anExportIsDescribedAsAsked() throws IOException {
        try (NbdClient client = NbdClient.greeted(path)) {
            List<OptionReply> plain = client.option(Protocol.OPT_INFO, NbdClient.infos("system"));
            assertThat(infos(plain))
                    .containsExactly(Protocol.INFO_EXPORT, Protocol.INFO_BLOCK_SIZE);
            ByteBuffer sizes = ByteBuffer.wrap(plain.get(1).content()).position(2);
            assertThat(List.of(sizes.getInt(), sizes.getInt(), sizes.getInt()))
                    .containsExactly(1, 4096, 32 << 20);
            List<OptionReply> all =
                    client.option(Protocol.OPT_INFO, NbdClient.infos("system", 1, 2, 3, 99));
            assertThat(infos(all)).containsExactly(0, 3, 1, 2);
            client.go("system", Session.Form.SIMPLE);
            assertThat(client.read(0, 10)).isEqualTo(ComingDevice.content(0, 10));
        }
    }

    private static List<Integer> infos(List<OptionReply> replies) {
        assertThat(replies.getLast().type()).isEqualTo(Protocol.REP_ACK);
        return replies.stream()
                .filter(each -> each.type() == Protocol.REP_INFO)
                .map(each -> (int) ByteBuffer.wrap(each.content()).getShort())
                .toList();
    }

    @Test
    void whatIsRefusedLeavesTheHandshakeOpen() throws IOException {
        try (NbdClient client = NbdClient.greeted(path)) {
            for (int option : new int[] {0, 4, 5, 11, 99, -1}) {
                refuses(client, option, new byte[9], Protocol.REP_ERR_UNSUP);
            }
            refuses(client, 99, new byte[Handshake.MOST_OPTION + 1], Protocol.REP_ERR_TOO_BIG);
            refuses(client, Protocol.OPT_LIST, new byte[1], Protocol.REP_ERR_INVALID);
            refuses(client, Protocol.OPT_STRUCTURED_REPLY, new byte[1], Protocol.REP_ERR_INVALID);
            byte[] unknown = NbdClient.infos("neither");
            refuses(client, Protocol.OPT_INFO, unknown, Protocol.REP_ERR_UNKNOWN);
            refuses(client, Protocol.OPT_GO, unknown, Protocol.REP_ERR_UNKNOWN);
            for (byte[] wrong :
                    List.of(
                            new byte[0],
                            new byte[5],
                            new byte[] {-1, -1, -1, -1, 0, 0},
                            new byte[] {0, 0, 0, 9, 'a', 0, 0},
                            new byte[] {0, 0, 0, 0, 0, 1},
                            new byte[] {0, 0, 0, 0, 0, 0, 0})) {
                refuses(client, Protocol.OPT_GO, wrong, Protocol.REP_ERR_INVALID);
                refuses(client, Protocol.OPT_SET_META_CONTEXT, wrong, Protocol.REP_ERR_INVALID);
            }
            client.go("system", Session.Form.STRUCTURED);
            assertThat(client.read(0, 10)).isEqualTo(ComingDevice.content(0, 10));
        }
    }

    private static void refuses(NbdClient client, int option, byte[] content, int with)
            throws IOException {
        assertThat(client.option(option, content))
                .extracting(OptionReply::type)
                .containsExactly(with);
    }

    @Test
    void allocationIsChosenForOneExport() throws IOException {
        try (NbdClient client = NbdClient.greeted(path)) {
            byte[] wanted = NbdClient.queries("system", "qemu:x", Protocol.ALLOCATION);
            refuses(client, Protocol.OPT_SET_META_CONTEXT, wanted, Protocol.REP_ERR_INVALID);
            client.option(Protocol.OPT_STRUCTURED_REPLY, new byte[0]);
            int list = Protocol.OPT_LIST_META_CONTEXT;
            assertThat(contexts(client, list, NbdClient.queries("system")))
                    .containsExactly("base:allocation");
            assertThat(contexts(client, list, NbdClient.queries("system", "base:")))
                    .containsExactly("base:allocation");
            assertThat(contexts(client, list, NbdClient.queries("system", "qemu:"))).isEmpty();
            int set = Protocol.OPT_SET_META_CONTEXT;
            assertThat(contexts(client, set, NbdClient.queries("system", "base:"))).isEmpty();
            assertThat(contexts(client, set, wanted)).containsExactly("base:allocation");
            client.go("personal", Session.Form.STRUCTURED);
            assertThat(client.ask(0, Protocol.CMD_BLOCK_STATUS, 0, 4096).anyError())
                    .isEqualTo(Protocol.EINVAL);
        }
    }

    private static List<String> contexts(NbdClient client, int option, byte[] queries)
            throws IOException {
        List<OptionReply> replies = client.option(option, queries);
        assertThat(replies.getLast().type()).isEqualTo(Protocol.REP_ACK);
        return replies.stream()
                .filter(each -> each.type() == Protocol.REP_META_CONTEXT)
                .map(each -> new String(each.content(), 4, each.content().length - 4, UTF_8))
                .toList();
    }

    @Test
    void anAbortIsConfirmed() throws IOException {
        try (NbdClient client = NbdClient.greeted(path)) {
            refuses(client, Protocol.OPT_ABORT, new byte[0], Protocol.REP_ACK);
            assertThat(client.isLeft()).isTrue();
        }
    }

    @Test
    void whoBreaksTheRulesIsLeft() throws IOException {
        try (NbdClient client = NbdClient.connected(path)) {
            client.greet(1 << 5);
            assertThat(client.isLeft()).isTrue();
        }
        try (NbdClient client = NbdClient.connected(path)) {
            client.greet(0);
            client.sendOption(Protocol.OPT_LIST, new byte[0]);
            assertThat(client.isLeft()).isTrue();
        }
        try (NbdClient client = NbdClient.greeted(path)) {
            client.write(new byte[16]);
            assertThat(client.isLeft()).isTrue();
        }
        try (NbdClient client = NbdClient.greeted(path)) {
            assertThatThrownBy(() -> client.exportName("neither", 0))
                    .isInstanceOfAny(EOFException.class, java.net.SocketException.class);
        }
        try (NbdClient client = NbdClient.greeted(path)) {
            for (int i = 0; i < 1024; i++) {
                refuses(client, 99, new byte[0], Protocol.REP_ERR_UNSUP);
            }
            assertThat(client.isLeft()).isTrue();
        }
    }

    @Test
    void whoSaysNothingIsLeftAndWhoHasChosenIsNot() throws IOException {
        Path other = folder.resolve("other.sock");
        Map<String, BlockDevice> exports = Map.of("", ComingDevice.whole(SIZE));
        try (NbdServer hasty = NbdServer.listen(other, exports, Duration.ofMillis(500));
                NbdClient chose = NbdClient.of(other, "", Session.Form.SIMPLE);
                NbdClient silent = NbdClient.greeted(other)) {
            assertThat(hasty).isNotNull();
            assertThat(silent.isLeft()).isTrue();
            assertThat(chose.read(0, 10)).isEqualTo(ComingDevice.content(0, 10));
        }
    }

    @Test
    void whatIsInThePlaceOfTheSocketStays() throws IOException {
        assertThatThrownBy(() -> NbdServer.listen(path, Map.of())).isInstanceOf(IOException.class);
        try (NbdClient client = NbdClient.of(path, "system", Session.Form.SIMPLE)) {
            assertThat(client.size).isEqualTo(SIZE);
        }
    }
}
