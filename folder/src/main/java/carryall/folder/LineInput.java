package carryall.folder;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;

/// Reads frames from a line. One thread's.
final class LineInput {
    private final ReadableByteChannel channel;
    private ByteBuffer buffer = ByteBuffer.allocate(64 << 10).flip();

    LineInput(ReadableByteChannel channel) {
        this.channel = channel;
    }

    /// Waits for a greeting, wherever it stands: what comes before may begin with half a frame.
    /// Only its first byte is taken, for what looks like one may hide the beginning of another.
    LineToken seek() throws IOException {
        while (true) {
            await(LineFrame.GREETING_BYTES);
            int start = buffer.position();
            buffer.get();
            if (isMagic(start)) {
                return token(start);
            }
        }
    }

    /// Takes the rest of the greeting that [#seek] found.
    void takeGreeting() {
        buffer.position(buffer.position() - 1 + LineFrame.GREETING_BYTES);
    }

    private boolean isMagic(int at) {
        return buffer.slice(at, LineFrame.MAGIC.length).equals(ByteBuffer.wrap(LineFrame.MAGIC));
    }

    private LineToken token(int at) {
        return LineToken.read(buffer.slice(at + LineFrame.MAGIC.length, LineToken.BYTES));
    }

    /// Waits for a frame.
    ///
    /// @throws ProtocolException if what comes is none; nothing can be read after it but a greeting
    /// @throws EOFException if the other end left
    LineFrame next() throws IOException {
        await(1);
        while (buffer.get(buffer.position()) == 0) {
            buffer.get();
            await(1);
        }
        if (buffer.get(buffer.position()) == LineFrame.MAGIC[0]) {
            await(LineFrame.GREETING_BYTES);
            int start = buffer.position();
            if (!isMagic(start)) {
                throw new ProtocolException("half a greeting");
            }
            buffer.position(start + LineFrame.GREETING_BYTES);
            return new LineFrame.Greeting(token(start));
        }
        await(LineFrame.HEAD_BYTES);
        int type = buffer.get();
        int zero = buffer.get();
        int connection = Short.toUnsignedInt(buffer.getShort());
        int number = buffer.getInt();
        if (zero != 0) {
            throw new ProtocolException("no frame");
        }
        return switch (type) {
            case LineFrame.OPEN -> new LineFrame.Open(connection);
            case LineFrame.DATA -> new LineFrame.Data(connection, bytes(number));
            case LineFrame.WINDOW -> new LineFrame.Window(connection, number);
            case LineFrame.CLOSE -> new LineFrame.Close(connection);
            default -> throw new ProtocolException("no frame");
        };
    }

    private ByteBuffer bytes(int length) throws IOException {
        if (length < 1 || length > LineFrame.MOST_BYTES) {
            throw new ProtocolException("a frame of " + length + " bytes");
        }
        await(length);
        ByteBuffer bytes = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return bytes;
    }

    private void await(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return;
        }
        buffer.compact();
        while (buffer.position() < bytes) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the other end left");
            }
        }
        buffer.flip();
    }
}
