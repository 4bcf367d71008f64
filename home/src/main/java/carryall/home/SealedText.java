package carryall.home;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A content that is sealed as a whole: 8 bytes that say how long it is, big-endian; the content;
/// zeros up to its [SizeClass].
final class SealedText {
    private static final int LENGTH = 8;

    private SealedText() {}

    static byte[] seal(Sealer sealer, ObjectKind kind, byte[] content) {
        int size = SizeClass.of(Math.addExact(content.length, LENGTH));
        byte[] padded = ByteBuffer.allocate(size).putLong(content.length).put(content).array();
        return sealer.seal(kind, padded);
    }

    static byte[] open(Sealer sealer, ObjectKind kind, byte[] sealed) throws Sealer.NotSealed {
        byte[] padded = sealer.open(kind, sealed);
        if (padded.length < LENGTH) {
            throw new Sealer.NotSealed("it has no length");
        }
        long length = ByteBuffer.wrap(padded).getLong();
        if (length < 0 || length > padded.length - LENGTH) {
            throw new Sealer.NotSealed("it says it has " + length + " bytes");
        }
        return Arrays.copyOfRange(padded, LENGTH, LENGTH + (int) length);
    }
}
