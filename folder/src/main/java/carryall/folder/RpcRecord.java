package carryall.folder;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/// Reads and writes messages as records, RFC 5531, section 11: fragments, each after its length.
/// One thread's.
final class RpcRecord {
    /// Of a whole message: as much as one WRITE brings, and its head.
    static final int MOST_BYTES = (1 << 20) + 4096;

    private static final int FIRST_BYTES = 16 << 10;
    private static final int MOST_FRAGMENTS = 1024;
    private static final int LAST = 1 << 31;

    private final ByteChannel channel;
    private ByteBuffer message = ByteBuffer.allocateDirect(FIRST_BYTES);
    private final ByteBuffer mark = ByteBuffer.allocateDirect(Integer.BYTES);

    RpcRecord(ByteChannel channel) {
        this.channel = channel;
    }

    /// Waits for a message.
    ///
    /// @return direct; valid until the next one is read
    /// @throws EOFException if the client left
    /// @throws ProtocolException if it is too long: nothing can be read after it
    ByteBuffer read() throws IOException {
        message.clear();
        for (int fragments = 1; ; fragments++) {
            fill(mark.clear());
            int head = mark.getInt(0);
            int length = head & ~LAST;
            if (length > MOST_BYTES - message.position() || fragments > MOST_FRAGMENTS) {
                throw new ProtocolException("a message of more than " + MOST_BYTES + " bytes");
            }
            int end = message.position() + length;
            while (message.position() < end) {
                if (!message.hasRemaining()) {
                    // It grows with what came, not with what is said to come.
                    message =
                            ByteBuffer.allocateDirect(Math.min(MOST_BYTES, 4 * message.capacity()))
                                    .put(message.flip());
                }
                fill(message.limit(Math.min(message.capacity(), end)));
                message.limit(message.capacity());
            }
            if ((head & LAST) != 0) {
                return message.flip();
            }
        }
    }

    private void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the client left");
            }
        }
    }

    /// Writes a message as one fragment.
    ///
    /// @param out whose first four bytes are for the length
    void write(XdrOutput out) throws IOException {
        ByteBuffer all = out.putInt(0, (out.position() - Integer.BYTES) | LAST).written();
        while (all.hasRemaining()) {
            channel.write(all);
        }
    }
}
