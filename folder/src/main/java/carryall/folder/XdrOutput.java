package carryall.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Writes XDR (RFC 4506) into a buffer that grows. One thread's.
final class XdrOutput {
    private static final int FIRST_BYTES = 16 << 10;
    private ByteBuffer buffer = ByteBuffer.allocateDirect(FIRST_BYTES);

    /// Begins anew. A buffer that became large stays so.
    void clear() {
        buffer.clear();
    }

    int position() {
        return buffer.position();
    }

    /// Takes back what was written from there on.
    void position(int earlier) {
        buffer.position(earlier);
    }

    XdrOutput putInt(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    XdrOutput putInt(int position, int value) {
        buffer.putInt(position, value);
        return this;
    }

    XdrOutput putLong(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    XdrOutput putBoolean(boolean value) {
        return putInt(value ? 1 : 0);
    }

    XdrOutput putString(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        putInt(bytes.length);
        room(bytes.length + 3).put(bytes);
        return pad();
    }

    XdrOutput putHandle(Handle handle) {
        putInt(Handle.BYTES);
        handle.write(room(Handle.BYTES));
        return this;
    }

    /// Room for bytes that somebody else writes, at the buffer's position.
    ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            int needed = Math.addExact(buffer.position(), bytes);
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(needed, 2 * buffer.capacity()));
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }

    XdrOutput pad() {
        while (buffer.position() % 4 != 0) {
            room(1).put((byte) 0);
        }
        return this;
    }

    /// What was written, from the start.
    ByteBuffer written() {
        return buffer.duplicate().flip();
    }
}
