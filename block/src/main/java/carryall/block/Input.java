package carryall.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// What a client says, read in as large pieces as it comes in. One thread's.
final class Input {
    private final SocketChannel socket;

    /// What came and was not taken: from its position to its limit.
    private final ByteBuffer buffer;

    /// @param buffer for nobody else while this is used; empty or not does not matter
    Input(SocketChannel socket, ByteBuffer buffer) {
        this.socket = socket;
        this.buffer = buffer.clear().limit(0);
    }

    /// Whether so many bytes can be had without waiting for the client.
    boolean has(int bytes) {
        return buffer.remaining() >= bytes;
    }

    /// Waits until so many bytes are here, which must fit into the buffer.
    ///
    /// @throws EOFException if the client says no more
    void await(int bytes) throws IOException {
        if (has(bytes)) {
            return;
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            if (socket.read(buffer) < 0) {
                throw new EOFException("the client left");
            }
        }
        buffer.flip();
    }

    /// 16 bits, unsigned.
    int nextShort() throws IOException {
        await(Short.BYTES);
        return Short.toUnsignedInt(buffer.getShort());
    }

    int nextInt() throws IOException {
        await(Integer.BYTES);
        return buffer.getInt();
    }

    long nextLong() throws IOException {
        await(Long.BYTES);
        return buffer.getLong();
    }

    byte[] next(int bytes) throws IOException {
        await(bytes);
        byte[] next = new byte[bytes];
        buffer.get(next);
        return next;
    }

    void skip(long bytes) throws IOException {
        long left = bytes;
        while (left > 0) {
            await(1);
            int some = (int) Math.min(left, buffer.remaining());
            buffer.position(buffer.position() + some);
            left -= some;
        }
    }
}
