package carryall.block;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// An export of somebody's NBD server, in the simplest form of the protocol: one request at a time.
/// What the server sends is foreign: it is refused if it is no answer to what was asked.
public final class NbdDevice implements WritableDevice, AutoCloseable {
    private static final int MOST = 1 << 20;
    private static final int MOST_REPLY = 64 << 10;

    private final SocketChannel socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final long size;

    /// Held from a request to the end of its reply.
    private final ReentrantLock lock = new ReentrantLock();

    private NbdDevice(SocketChannel socket, String export) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(Channels.newInputStream(socket));
        this.out = new DataOutputStream(Channels.newOutputStream(socket));
        this.size = choose(export);
    }

    /// Connects to an export on a unix socket.
    ///
    /// @throws IOException if there is no such export, or it is no NBD server
    public static NbdDevice connect(Path path, String export) throws IOException {
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path));
        try {
            return new NbdDevice(socket, export);
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private long choose(String export) throws IOException {
        expect(in.readLong() == Protocol.GREETING && in.readLong() == Protocol.OPTION);
        int flags = in.readUnsignedShort();
        expect((flags & Protocol.FIXED_NEWSTYLE) != 0);
        out.writeInt(Protocol.FIXED_NEWSTYLE | (flags & Protocol.NO_ZEROES));
        byte[] name = export.getBytes(StandardCharsets.UTF_8);
        ByteBuffer go = ByteBuffer.allocate(22 + name.length);
        go.putLong(Protocol.OPTION).putInt(Protocol.OPT_GO).putInt(6 + name.length);
        out.write(go.putInt(name.length).put(name).putShort((short) 0).array());
        long found = -1;
        while (true) {
            expect(in.readLong() == Protocol.OPTION_REPLY && in.readInt() == Protocol.OPT_GO);
            int type = in.readInt();
            int length = in.readInt();
            expect(length >= 0 && length <= MOST_REPLY);
            ByteBuffer content = ByteBuffer.wrap(in.readNBytes(length));
            expect(content.remaining() == length);
            if (type == Protocol.REP_ACK) {
                expect(found >= 0);
                return found;
            }
            expect(type == Protocol.REP_INFO);
            if (length >= 12 && content.getShort() == Protocol.INFO_EXPORT) {
                found = content.getLong();
            }
        }
    }

    private static void expect(boolean isSo) throws IOException {
        if (!isSo) {
            throw new IOException("the NBD server did not answer as one");
        }
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isReady(long offset, int length) {
        return true;
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        return List.of(new Extent(length, false));
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        lock.lock();
        try {
            long at = offset;
            while (into.hasRemaining()) {
                byte[] part = new byte[Math.min(MOST, into.remaining())];
                ask(Protocol.CMD_READ, at, part.length, new byte[0]);
                in.readFully(part);
                into.put(part);
                at += part.length;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void write(long offset, ByteBuffer from) throws IOException {
        lock.lock();
        try {
            long at = offset;
            while (from.hasRemaining()) {
                byte[] part = new byte[Math.min(MOST, from.remaining())];
                from.get(part);
                ask(Protocol.CMD_WRITE, at, part.length, part);
                at += part.length;
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void flush() throws IOException {
        lock.lock();
        try {
            ask(Protocol.CMD_FLUSH, 0, 0, new byte[0]);
        } finally {
            lock.unlock();
        }
    }

    /// Sends a request and reads the head of its reply.
    private void ask(int command, long offset, int length, byte[] content) throws IOException {
        ByteBuffer request = ByteBuffer.allocate(Request.BYTES + content.length);
        request.putInt(Protocol.REQUEST).putShort((short) 0).putShort((short) command);
        request.putLong(offset).putLong(offset).putInt(length).put(content);
        try {
            out.write(request.array());
            expect(in.readInt() == Protocol.SIMPLE_REPLY);
            int error = in.readInt();
            expect(in.readLong() == offset);
            if (error != 0) {
                throw new IOException("the NBD server answered with error " + error);
            }
        } catch (EOFException gone) {
            throw new IOException("the NBD server has gone", gone);
        }
    }

    /// Leaves; what was not flushed may be lost.
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
