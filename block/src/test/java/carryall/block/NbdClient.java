package carryall.block;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A client that says just what a test wants, right or wrong.
final class NbdClient implements AutoCloseable {
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record OptionReply(int type, byte[] content) {}

    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Chunk(int flags, int type, byte[] content) {
        ByteBuffer buffer() {
            return ByteBuffer.wrap(content);
        }
    }

    /// @param error of a simple reply
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares them.
    record Reply(long cookie, int error, byte[] content, List<Chunk> chunks) {
        List<Integer> types() {
            return chunks.stream().map(Chunk::type).toList();
        }

        /// The error of either form; 0 if there is none.
        int anyError() {
            for (Chunk chunk : chunks) {
                if (chunk.type >= Protocol.REPLY_ERROR) {
                    return chunk.buffer().getInt();
                }
            }
            return error;
        }
    }

    private final SocketChannel socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private Session.Form form = Session.Form.SIMPLE;
    long size;
    int exportFlags;

    private NbdClient(SocketChannel socket) {
        this.socket = socket;
        this.in = new DataInputStream(Channels.newInputStream(socket));
        this.out = new DataOutputStream(Channels.newOutputStream(socket));
    }

    /// Connected, with nothing said.
    static NbdClient connected(Path path) throws IOException {
        return new NbdClient(SocketChannel.open(UnixDomainSocketAddress.of(path)));
    }

    /// Connected and greeted in the fixed form.
    static NbdClient greeted(Path path) throws IOException {
        NbdClient client = connected(path);
        client.greet(Protocol.FIXED_NEWSTYLE | Protocol.NO_ZEROES);
        return client;
    }

    /// Ready for requests.
    static NbdClient of(Path path, String export, Session.Form form) throws IOException {
        NbdClient client = greeted(path);
        client.go(export, form);
        return client;
    }

    SocketChannel socket() {
        return socket;
    }

    void greet(int flags) throws IOException {
        if (in.readLong() != Protocol.GREETING || in.readLong() != Protocol.OPTION) {
            throw new IOException("no greeting");
        }
        in.readUnsignedShort();
        out.writeInt(flags);
    }

    void go(String export, Session.Form wanted) throws IOException {
        form = wanted;
        if (wanted != Session.Form.SIMPLE) {
            option(Protocol.OPT_STRUCTURED_REPLY, new byte[0]);
        }
        if (wanted == Session.Form.STRUCTURED_WITH_ALLOCATION) {
            option(Protocol.OPT_SET_META_CONTEXT, queries(export, Protocol.ALLOCATION));
        }
        for (OptionReply reply : option(Protocol.OPT_GO, infos(export))) {
            ByteBuffer content = ByteBuffer.wrap(reply.content);
            if (reply.type == Protocol.REP_INFO && content.getShort() == Protocol.INFO_EXPORT) {
                size = content.getLong();
                exportFlags = Short.toUnsignedInt(content.getShort());
            } else if (reply.type < 0) {
                throw new IOException("refused with " + Integer.toHexString(reply.type));
            }
        }
    }

    /// The oldest way to choose.
    void exportName(String export, int zeroes) throws IOException {
        sendOption(Protocol.OPT_EXPORT_NAME, export.getBytes(StandardCharsets.UTF_8));
        size = in.readLong();
        exportFlags = in.readUnsignedShort();
        in.readNBytes(zeroes);
    }

    static byte[] infos(String export, int... wishes) {
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(4 + name.length + 2 + wishes.length * 2);
        bytes.putInt(name.length).put(name).putShort((short) wishes.length);
        for (int wish : wishes) {
            bytes.putShort((short) wish);
        }
        return bytes.array();
    }

    static byte[] queries(String export, String... queries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream data = new DataOutputStream(bytes);
        text(data, export);
        data.writeInt(queries.length);
        for (String query : queries) {
            text(data, query);
        }
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream data, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        data.writeInt(bytes.length);
        data.write(bytes);
    }

    void sendOption(int option, byte[] content) throws IOException {
        out.writeLong(Protocol.OPTION);
        out.writeInt(option);
        out.writeInt(content.length);
        out.write(content);
    }

    /// Sends an option and reads what is said to it.
    List<OptionReply> option(int option, byte[] content) throws IOException {
        sendOption(option, content);
        List<OptionReply> replies = new ArrayList<>();
        int type;
        do {
            if (in.readLong() != Protocol.OPTION_REPLY || in.readInt() != option) {
                throw new IOException("no reply to option " + option);
            }
            type = in.readInt();
            replies.add(new OptionReply(type, in.readNBytes(in.readInt())));
        } while (type > Protocol.REP_ACK);
        return replies;
    }

    void send(int flags, int command, long cookie, long offset, int length) throws IOException {
        out.write(request(flags, command, cookie, offset, length));
    }

    static byte[] request(int flags, int command, long cookie, long offset, int length) {
        return ByteBuffer.allocate(Request.BYTES)
                .putInt(Protocol.REQUEST)
                .putShort((short) flags)
                .putShort((short) command)
                .putLong(cookie)
                .putLong(offset)
                .putInt(length)
                .array();
    }

    void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /// Sends one request and reads its reply.
    Reply ask(int flags, int command, long offset, int length) throws IOException {
        send(flags, command, 77, offset, length);
        return reply(command == Protocol.CMD_READ ? length : 0, offset);
    }

    byte[] read(long offset, int length) throws IOException {
        Reply reply = ask(0, Protocol.CMD_READ, offset, length);
        if (reply.anyError() != 0) {
            throw new IOException("error " + reply.anyError());
        }
        return reply.content;
    }

    /// Reads a reply.
    ///
    /// @param length of the content, if it is to a read
    /// @param offset of the read
    Reply reply(int length, long offset) throws IOException {
        int magic = in.readInt();
        if (magic == Protocol.SIMPLE_REPLY && form == Session.Form.SIMPLE) {
            int error = in.readInt();
            long cookie = in.readLong();
            byte[] content = error == 0 ? in.readNBytes(length) : new byte[0];
            if (error == 0 && content.length < length) {
                throw new java.io.EOFException("a reply that is cut");
            }
            return new Reply(cookie, error, content, List.of());
        }
        byte[] content = new byte[length];
        List<Chunk> chunks = new ArrayList<>();
        while (magic == Protocol.STRUCTURED_REPLY) {
            Chunk chunk;
            int flags = in.readUnsignedShort();
            int type = in.readUnsignedShort();
            long cookie = in.readLong();
            chunk = new Chunk(flags, type, in.readNBytes(in.readInt()));
            chunks.add(chunk);
            if (type == Protocol.REPLY_OFFSET_DATA) {
                ByteBuffer data = chunk.buffer();
                int at = (int) (data.getLong() - offset);
                data.get(content, at, data.remaining());
            }
            if ((flags & Protocol.REPLY_DONE) != 0) {
                return new Reply(cookie, 0, content, chunks);
            }
            magic = in.readInt();
        }
        throw new IOException("no reply: " + Integer.toHexString(magic));
    }

    /// Whether the server has left.
    boolean isLeft() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
