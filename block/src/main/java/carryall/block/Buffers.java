package carryall.block;

import java.nio.ByteBuffer;

/// What one connection reads and writes through.
record Buffers(ByteBuffer in, ByteBuffer out) {
    private static final int IN = 32 << 10;

    static Buffers fresh() {
        return new Buffers(
                ByteBuffer.allocateDirect(IN), ByteBuffer.allocateDirect(Replies.BUFFER));
    }
}
