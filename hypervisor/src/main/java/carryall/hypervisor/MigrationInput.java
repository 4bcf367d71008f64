package carryall.hypervisor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;

/// Reads the numbers and names of a migration stream; all numbers are big-endian. The bytes are
/// foreign: nothing is allocated by what they say.
final class MigrationInput {
    private final ReadableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18).flip();
    private long taken;

    MigrationInput(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /// How many bytes have been read so far.
    long position() {
        return taken;
    }

    /// The next bytes, at most a page of them; valid until the next call.
    ///
    /// @throws EOFException if the stream ends before them
    ByteBuffer bytes(int count) throws IOException {
        while (buffer.remaining() < count) {
            buffer.compact();
            int read = channel.read(buffer);
            buffer.flip();
            if (read < 0) {
                throw new EOFException("the stream ends after " + (taken + buffer.remaining()));
            }
        }
        ByteBuffer slice = buffer.slice(buffer.position(), count);
        buffer.position(buffer.position() + count);
        taken += count;
        return slice;
    }

    int number8() throws IOException {
        return Byte.toUnsignedInt(bytes(1).get());
    }

    int number16() throws IOException {
        return Short.toUnsignedInt(bytes(2).getShort());
    }

    int number32() throws IOException {
        return bytes(4).getInt();
    }

    long number64() throws IOException {
        return bytes(8).getLong();
    }

    /// A name of 1 to 255 bytes that begins with its length.
    String name() throws IOException {
        int length = number8();
        return StandardCharsets.UTF_8.decode(bytes(length)).toString();
    }

    /// What is there without waiting for more than one byte; empty at the end of the stream.
    ByteBuffer rest() throws IOException {
        if (!buffer.hasRemaining()) {
            buffer.clear();
            int read = channel.read(buffer);
            buffer.flip();
            if (read < 0) {
                return ByteBuffer.allocate(0);
            }
        }
        return bytes(buffer.remaining());
    }
}
