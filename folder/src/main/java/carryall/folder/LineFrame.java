package carryall.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What one end of a line says to the other: `docs/formats/line.md`.
sealed interface LineFrame {
    /// Of the bytes that one frame carries.
    int MOST_BYTES = 32 << 10;

    int HEAD_BYTES = 8;
    int GREETING_BYTES = 16 + LineToken.BYTES;

    /// As many zeros end any half frame.
    int ZEROS = HEAD_BYTES + MOST_BYTES;

    /// How much one end may say on a connection before the other has taken it.
    int WINDOW_BYTES = 256 << 10;

    /// What a greeting begins with; no head of a frame begins so.
    byte[] MAGIC = "CarryallLine0001".getBytes(StandardCharsets.US_ASCII);

    int OPEN = 1;
    int DATA = 2;
    int WINDOW = 3;
    int CLOSE = 4;

    /// The line begins anew, or is asked to.
    record Greeting(LineToken token) implements LineFrame {}

    record Open(int connection) implements LineFrame {}

    /// Bytes were said.
    ///
    /// @param bytes valid until the next frame is read
    record Data(int connection, ByteBuffer bytes) implements LineFrame {}

    /// So many bytes more may be said.
    record Window(int connection, int bytes) implements LineFrame {}

    record Close(int connection) implements LineFrame {}

    /// A frame without bytes.
    static ByteBuffer head(int type, int connection, int number) {
        return head(ByteBuffer.allocate(HEAD_BYTES), type, connection, number).flip();
    }

    private static ByteBuffer head(ByteBuffer to, int type, int connection, int number) {
        return to.put((byte) type).put((byte) 0).putShort((short) connection).putInt(number);
    }

    /// A frame of the first bytes of a buffer, which are taken.
    ///
    /// @param length 1 to [#MOST_BYTES]
    static ByteBuffer data(int connection, ByteBuffer from, int length) {
        ByteBuffer frame = ByteBuffer.allocate(HEAD_BYTES + length);
        head(frame, DATA, connection, length);
        frame.put(from.slice(from.position(), length));
        from.position(from.position() + length);
        return frame.flip();
    }

    /// A greeting, and before it what ends a half frame.
    static ByteBuffer greeting(LineToken token) {
        ByteBuffer frame = ByteBuffer.allocate(ZEROS + GREETING_BYTES);
        frame.position(ZEROS).put(MAGIC);
        token.write(frame);
        return frame.flip();
    }
}
