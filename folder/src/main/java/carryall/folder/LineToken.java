package carryall.folder;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;

/// By what both ends of a line know that they mean the same beginning. `docs/formats/line.md`.
final class LineToken {
    static final int BYTES = 16;

    /// What the guest's end says that waits for a beginning.
    static final LineToken NONE = new LineToken(new byte[BYTES]);

    private final byte[] bytes;

    private LineToken(byte[] bytes) {
        this.bytes = bytes;
    }

    static LineToken fresh() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new LineToken(bytes);
    }

    /// Takes one from a buffer's position.
    static LineToken read(ByteBuffer from) {
        byte[] bytes = new byte[BYTES];
        from.get(bytes);
        return new LineToken(bytes);
    }

    void write(ByteBuffer to) {
        to.put(bytes);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof LineToken token && Arrays.equals(bytes, token.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }
}
