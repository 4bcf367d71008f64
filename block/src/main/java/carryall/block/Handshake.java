package carryall.block;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Map;
import java.util.Optional;

/// How a client chooses an export: doc/proto.md, "Newstyle negotiation", in its fixed form. One
/// thread's. A client that breaks its rules is left with a [ProtocolException].
final class Handshake {
    /// Longest option that is read.
    static final int MOST_OPTION = 16 << 10;

    /// Longest option that is refused with an answer.
    private static final int MOST_REFUSED = 1 << 20;

    private static final int MOST_OPTIONS = 1024;
    private static final int BEST_BLOCK = 4096;
    private static final int ZEROES = 124;

    private final SocketChannel socket;
    private final Input input;
    private final Map<String, BlockDevice> exports;
    private boolean structured;

    /// The export that `base:allocation` was chosen for.
    private Optional<String> allocation = Optional.empty();

    Handshake(SocketChannel socket, Input input, Map<String, BlockDevice> exports) {
        this.socket = socket;
        this.input = input;
        this.exports = exports;
    }

    /// Talks until the client has chosen; empty if it wants nothing more.
    Optional<Session> agree() throws IOException {
        send(
                ByteBuffer.allocate(18)
                        .putLong(Protocol.GREETING)
                        .putLong(Protocol.OPTION)
                        .putShort((short) (Protocol.FIXED_NEWSTYLE | Protocol.NO_ZEROES)));
        int flags = input.nextInt();
        if ((flags & ~(Protocol.FIXED_NEWSTYLE | Protocol.NO_ZEROES)) != 0) {
            throw new ProtocolException("a flag that we did not offer");
        }
        for (int options = 0; options < MOST_OPTIONS; options++) {
            if (input.nextLong() != Protocol.OPTION) {
                throw new ProtocolException("an option without its magic number");
            }
            int option = input.nextInt();
            long length = Integer.toUnsignedLong(input.nextInt());
            if (!isBearable(option, length, flags)) {
                throw new ProtocolException("an option that cannot be answered");
            }
            if (length > MOST_OPTION) {
                input.skip(length);
                answer(option, Protocol.REP_ERR_TOO_BIG);
                continue;
            }
            ByteBuffer payload = ByteBuffer.wrap(input.next((int) length));
            switch (option) {
                case Protocol.OPT_EXPORT_NAME -> {
                    return Optional.of(exportName(payload, flags));
                }
                case Protocol.OPT_ABORT -> {
                    answer(option, Protocol.REP_ACK);
                    return Optional.empty();
                }
                case Protocol.OPT_GO, Protocol.OPT_INFO -> {
                    Optional<Session> chosen = info(option, payload);
                    if (option == Protocol.OPT_GO && chosen.isPresent()) {
                        return chosen;
                    }
                }
                case Protocol.OPT_LIST -> list(payload);
                case Protocol.OPT_STRUCTURED_REPLY -> structuredReply(payload);
                case Protocol.OPT_LIST_META_CONTEXT, Protocol.OPT_SET_META_CONTEXT ->
                        metaContext(option, payload);
                default -> answer(option, Protocol.REP_ERR_UNSUP);
            }
        }
        throw new ProtocolException("a handshake without an end");
    }

    /// Whether an option can be answered, or refused with an answer. A choice of an export by name
    /// has no such answer; nor has anything else of a client that does not know the fixed form.
    private static boolean isBearable(int option, long length, int flags) {
        return option == Protocol.OPT_EXPORT_NAME
                ? length <= MOST_OPTION
                : length <= MOST_REFUSED && (flags & Protocol.FIXED_NEWSTYLE) != 0;
    }

    private Session exportName(ByteBuffer payload, int flags) throws IOException {
        String name = UTF_8.decode(payload).toString();
        BlockDevice device = exports.get(name);
        if (device == null) {
            throw new ProtocolException("an export that is not there"); // There is no other answer.
        }
        Session session = session(name, device);
        int zeroes = (flags & Protocol.NO_ZEROES) == 0 ? ZEROES : 0;
        ByteBuffer reply =
                ByteBuffer.allocate(10 + zeroes)
                        .putLong(device.size())
                        .putShort((short) session.transmissionFlags());
        send(reply.position(reply.limit()));
        return session;
    }

    private Session session(String name, BlockDevice device) {
        Session.Form form =
                !structured
                        ? Session.Form.SIMPLE
                        : allocation.equals(Optional.of(name))
                                ? Session.Form.STRUCTURED_WITH_ALLOCATION
                                : Session.Form.STRUCTURED;
        return new Session(device, form);
    }

    private Optional<Session> info(int option, ByteBuffer payload) throws IOException {
        String name;
        boolean wantsName = false;
        boolean wantsDescription = false;
        try {
            name = text(payload);
            int wishes = Short.toUnsignedInt(payload.getShort());
            for (int i = 0; i < wishes; i++) {
                int wish = payload.getShort();
                wantsName |= wish == Protocol.INFO_NAME;
                wantsDescription |= wish == Protocol.INFO_DESCRIPTION;
            }
            requireEnd(payload);
        } catch (BufferUnderflowException wrong) {
            answer(option, Protocol.REP_ERR_INVALID);
            return Optional.empty();
        }
        BlockDevice device = exports.get(name);
        if (device == null) {
            answer(option, Protocol.REP_ERR_UNKNOWN);
            return Optional.empty();
        }
        Session session = session(name, device);
        answer(
                option,
                Protocol.REP_INFO,
                ByteBuffer.allocate(12)
                        .putShort((short) Protocol.INFO_EXPORT)
                        .putLong(device.size())
                        .putShort((short) session.transmissionFlags()));
        answer(
                option,
                Protocol.REP_INFO,
                ByteBuffer.allocate(14)
                        .putShort((short) Protocol.INFO_BLOCK_SIZE)
                        .putInt(1)
                        .putInt(BEST_BLOCK)
                        .putInt(Protocol.MOST_PAYLOAD));
        if (wantsName) {
            answer(option, Protocol.REP_INFO, text(Protocol.INFO_NAME, name));
        }
        if (wantsDescription) {
            answer(option, Protocol.REP_INFO, text(Protocol.INFO_DESCRIPTION, name));
        }
        answer(option, Protocol.REP_ACK);
        return Optional.of(session);
    }

    private void list(ByteBuffer payload) throws IOException {
        if (payload.hasRemaining()) {
            answer(Protocol.OPT_LIST, Protocol.REP_ERR_INVALID);
            return;
        }
        for (String name : exports.keySet()) {
            byte[] bytes = name.getBytes(UTF_8);
            answer(
                    Protocol.OPT_LIST,
                    Protocol.REP_SERVER,
                    ByteBuffer.allocate(Integer.BYTES + bytes.length)
                            .putInt(bytes.length)
                            .put(bytes));
        }
        answer(Protocol.OPT_LIST, Protocol.REP_ACK);
    }

    private void structuredReply(ByteBuffer payload) throws IOException {
        structured |= !payload.hasRemaining();
        answer(
                Protocol.OPT_STRUCTURED_REPLY,
                payload.hasRemaining() ? Protocol.REP_ERR_INVALID : Protocol.REP_ACK);
    }

    private void metaContext(int option, ByteBuffer payload) throws IOException {
        boolean sets = option == Protocol.OPT_SET_META_CONTEXT;
        if (sets) {
            allocation = Optional.empty();
        }
        String name;
        boolean wanted;
        try {
            name = text(payload);
            int queries = payload.getInt();
            wanted = queries == 0 && !sets;
            for (int i = 0; i != queries; i++) {
                String query = text(payload);
                wanted |= query.equals(Protocol.ALLOCATION) || (query.equals("base:") && !sets);
            }
            requireEnd(payload);
        } catch (BufferUnderflowException wrong) {
            answer(option, Protocol.REP_ERR_INVALID);
            return;
        }
        if (!structured) {
            answer(option, Protocol.REP_ERR_INVALID);
            return;
        }
        if (!exports.containsKey(name)) {
            answer(option, Protocol.REP_ERR_UNKNOWN);
            return;
        }
        if (wanted) {
            answer(option, Protocol.REP_META_CONTEXT, allocationContext(sets));
        }
        if (wanted && sets) {
            allocation = Optional.of(name);
        }
        answer(option, Protocol.REP_ACK);
    }

    private static ByteBuffer allocationContext(boolean sets) {
        byte[] bytes = Protocol.ALLOCATION.getBytes(UTF_8);
        return ByteBuffer.allocate(Integer.BYTES + bytes.length)
                .putInt(sets ? Protocol.ALLOCATION_ID : 0)
                .put(bytes);
    }

    private static ByteBuffer text(int info, String text) {
        byte[] bytes = text.getBytes(UTF_8);
        return ByteBuffer.allocate(Short.BYTES + bytes.length).putShort((short) info).put(bytes);
    }

    /// A length and so many bytes.
    private static String text(ByteBuffer payload) {
        int length = payload.getInt();
        if (length < 0 || length > payload.remaining()) {
            throw new BufferUnderflowException();
        }
        String text = UTF_8.decode(payload.slice(payload.position(), length)).toString();
        payload.position(payload.position() + length);
        return text;
    }

    private static void requireEnd(ByteBuffer payload) {
        if (payload.hasRemaining()) {
            throw new BufferUnderflowException();
        }
    }

    private void answer(int option, int type) throws IOException {
        answer(option, type, ByteBuffer.allocate(0));
    }

    /// @param content from its beginning to its position
    private void answer(int option, int type, ByteBuffer content) throws IOException {
        content.flip();
        send(
                ByteBuffer.allocate(20 + content.remaining())
                        .putLong(Protocol.OPTION_REPLY)
                        .putInt(option)
                        .putInt(type)
                        .putInt(content.remaining())
                        .put(content));
    }

    private void send(ByteBuffer written) throws IOException {
        written.flip();
        while (written.hasRemaining()) {
            socket.write(written);
        }
    }
}
