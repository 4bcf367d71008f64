package carryall.folder;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A small NFS client that says exactly what a test wants, and nothing else.
final class NfsClient implements AutoCloseable {
    static final int NFS = 100003;
    static final int MOUNT = 100005;
    private static final int UNCHANGED = 0;

    private final ByteChannel channel;
    private final List<byte[]> calls = new ArrayList<>();
    private int number;

    /// @param number of its first message
    NfsClient(ByteChannel channel, int number) {
        this.number = number;
        this.channel = channel;
    }

    /// What was sent so far, without marks.
    List<byte[]> calls() {
        return calls;
    }

    interface Arguments {
        void write(Writer to) throws IOException;
    }

    /// Writes XDR.
    static final class Writer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final DataOutputStream data = new DataOutputStream(bytes);

        Writer number(int value) throws IOException {
            data.writeInt(value);
            return this;
        }

        Writer longNumber(long value) throws IOException {
            data.writeLong(value);
            return this;
        }

        Writer bytes(byte[] value) throws IOException {
            data.writeInt(value.length);
            data.write(value);
            for (int i = value.length; i % 4 != 0; i++) {
                data.write(0);
            }
            return this;
        }

        Writer text(String value) throws IOException {
            return bytes(value.getBytes(StandardCharsets.UTF_8));
        }

        /// `sattr3`
        Writer attributes(Optional<Integer> mode, Optional<Long> size) throws IOException {
            if (mode.isPresent()) {
                number(1).number(mode.get());
            } else {
                number(0);
            }
            number(0).number(0);
            if (size.isPresent()) {
                number(1).longNumber(size.get());
            } else {
                number(0);
            }
            return number(UNCHANGED).number(UNCHANGED);
        }
    }

    /// Reads XDR.
    record Reader(ByteBuffer bytes) {
        int number() {
            return bytes.getInt();
        }

        long longNumber() {
            return bytes.getLong();
        }

        boolean yes() {
            return number() == 1;
        }

        byte[] opaque() {
            byte[] value = new byte[number()];
            bytes.get(value);
            bytes.position((bytes.position() + 3) & ~3);
            return value;
        }

        String text() {
            return new String(opaque(), StandardCharsets.UTF_8);
        }

        Seen seen() {
            Seen seen =
                    new Seen(
                            number(),
                            number(),
                            number(),
                            number(),
                            number(),
                            longNumber(),
                            longNumber(),
                            longNumber(),
                            longNumber(),
                            longNumber(),
                            number(),
                            number(),
                            number(),
                            number(),
                            number(),
                            number());
            return seen;
        }

        Optional<Seen> after() {
            return yes() ? Optional.of(seen()) : Optional.empty();
        }

        /// The size before, and what it is after.
        Optional<Seen> both() {
            if (yes()) {
                longNumber();
                longNumber();
                longNumber();
            }
            return after();
        }
    }

    /// `fattr3`
    record Seen(
            int type,
            int mode,
            int links,
            int uid,
            int gid,
            long size,
            long used,
            long rdev,
            long fsid,
            long fileId,
            int accessed,
            int accessedNanos,
            int modified,
            int modifiedNanos,
            int changed,
            int changedNanos) {}

    /// A reply of NFS.
    record Reply(int status, Reader rest) {}

    Reply nfs(int procedure, Arguments arguments) throws IOException {
        Reader reply = call(NFS, procedure, arguments);
        return new Reply(reply.number(), reply);
    }

    /// The results of a call that the server took.
    Reader call(int program, int procedure, Arguments arguments) throws IOException {
        Reader reply = raw(message(program, procedure, arguments));
        reply.number(); // its number
        if (reply.number() != 1 || reply.number() != 0) {
            throw new IOException("denied");
        }
        reply.number();
        reply.number();
        int accepted = reply.number();
        if (accepted != 0) {
            throw new IOException("accepted as " + accepted);
        }
        return reply;
    }

    byte[] message(int program, int procedure, Arguments arguments) throws IOException {
        Writer to = new Writer();
        to.number(number++).number(0).number(2).number(program).number(3).number(procedure);
        to.number(0).number(0).number(0).number(0);
        arguments.write(to);
        return to.bytes.toByteArray();
    }

    /// Sends a message and waits for one.
    Reader raw(byte[] message) throws IOException {
        calls.add(message);
        ByteBuffer out = ByteBuffer.allocate(4 + message.length);
        out.putInt((1 << 31) | message.length).put(message).flip();
        send(out);
        return receive();
    }

    void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    Reader receive() throws IOException {
        ByteBuffer mark = fill(ByteBuffer.allocate(4));
        return new Reader(fill(ByteBuffer.allocate(mark.getInt() & Integer.MAX_VALUE)));
    }

    private ByteBuffer fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new IOException("the server left");
            }
        }
        return into.flip();
    }

    byte[] mount(String path) throws IOException {
        Reader reply = call(MOUNT, 1, to -> to.text(path));
        int status = reply.number();
        if (status != 0) {
            throw new IOException("mount: " + status);
        }
        return reply.opaque();
    }

    Reply attributes(byte[] handle) throws IOException {
        return nfs(1, to -> to.bytes(handle));
    }

    Reply lookUp(byte[] directory, String name) throws IOException {
        return nfs(3, to -> to.bytes(directory).text(name));
    }

    /// The handle of a file by its path, which is there.
    byte[] find(byte[] directory, String path) throws IOException {
        byte[] at = directory;
        for (String name : path.split("/", -1)) {
            Reply reply = lookUp(at, name);
            if (reply.status != 0) {
                throw new IOException(name + ": " + reply.status);
            }
            at = reply.rest.opaque();
        }
        return at;
    }

    Reply read(byte[] handle, long offset, int count) throws IOException {
        return nfs(6, to -> to.bytes(handle).longNumber(offset).number(count));
    }

    /// What is in a small file.
    String content(byte[] handle) throws IOException {
        Reply reply = read(handle, 0, 1 << 16);
        if (reply.status != 0) {
            throw new IOException("read: " + reply.status);
        }
        reply.rest.after();
        reply.rest.number();
        reply.rest.number();
        return reply.rest.text();
    }

    Reply write(byte[] handle, long offset, byte[] data, int stable) throws IOException {
        return nfs(
                7,
                to ->
                        to.bytes(handle)
                                .longNumber(offset)
                                .number(data.length)
                                .number(stable)
                                .bytes(data));
    }

    int write(byte[] handle, String text) throws IOException {
        return write(handle, 0, text.getBytes(StandardCharsets.UTF_8), 0).status;
    }

    /// @param how 0 whether it is there or not, 1 only if it is not
    Reply create(byte[] directory, String name, int how, int mode) throws IOException {
        return nfs(
                8,
                to ->
                        to.bytes(directory)
                                .text(name)
                                .number(how)
                                .attributes(Optional.of(mode), Optional.empty()));
    }

    /// The handle of a file that is made.
    byte[] make(byte[] directory, String name) throws IOException {
        return made(create(directory, name, 1, 0644));
    }

    static byte[] made(Reply reply) throws IOException {
        if (reply.status != 0 || !reply.rest.yes()) {
            throw new IOException("make: " + reply.status);
        }
        return reply.rest.opaque();
    }

    Reply makeDirectory(byte[] directory, String name, int mode) throws IOException {
        return nfs(
                9,
                to ->
                        to.bytes(directory)
                                .text(name)
                                .attributes(Optional.of(mode), Optional.empty()));
    }

    Reply makeLink(byte[] directory, String name, String target) throws IOException {
        return nfs(
                10,
                to ->
                        to.bytes(directory)
                                .text(name)
                                .attributes(Optional.empty(), Optional.empty())
                                .text(target));
    }

    Reply remove(byte[] directory, String name) throws IOException {
        return nfs(12, to -> to.bytes(directory).text(name));
    }

    Reply removeDirectory(byte[] directory, String name) throws IOException {
        return nfs(13, to -> to.bytes(directory).text(name));
    }

    Reply rename(byte[] from, String old, byte[] to, String now) throws IOException {
        return nfs(14, writer -> writer.bytes(from).text(old).bytes(to).text(now));
    }

    Reply link(byte[] file, byte[] directory, String name) throws IOException {
        return nfs(15, to -> to.bytes(file).bytes(directory).text(name));
    }

    /// @param mode unless absent
    /// @param size unless absent
    Reply set(byte[] handle, Optional<Integer> mode, Optional<Long> size) throws IOException {
        return nfs(2, to -> to.bytes(handle).attributes(mode, size).number(0));
    }

    record Listed(String name, long fileId, long cookie) {}

    record Part(List<Listed> entries, boolean isEnd) {}

    Part list(byte[] directory, long cookie, int count) throws IOException {
        Reply reply =
                nfs(16, to -> to.bytes(directory).longNumber(cookie).longNumber(0).number(count));
        if (reply.status != 0) {
            throw new IOException("list: " + reply.status);
        }
        Reader rest = reply.rest;
        rest.after();
        rest.longNumber();
        List<Listed> entries = new ArrayList<>();
        while (rest.yes()) {
            long fileId = rest.longNumber();
            entries.add(new Listed(rest.text(), fileId, rest.longNumber()));
        }
        return new Part(entries, rest.yes());
    }

    /// All names but `.` and `..`.
    List<String> names(byte[] directory) throws IOException {
        List<String> names = new ArrayList<>();
        long cookie = 0;
        for (Part part = list(directory, cookie, 1024); ; part = list(directory, cookie, 1024)) {
            part.entries.forEach(entry -> names.add(entry.name));
            if (part.isEnd) {
                names.removeAll(List.of(".", ".."));
                return names;
            }
            cookie = part.entries.getLast().cookie;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
