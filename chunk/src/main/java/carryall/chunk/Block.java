package carryall.chunk;

import java.util.Arrays;

/// The unit of which images and chunks are made: what a file system and a guest's memory are
/// divided into.
public final class Block {
    /// Bytes of a block.
    public static final int SIZE = 4096;

    private static final byte[] ZEROS = new byte[SIZE];

    private Block() {}

    /// How many blocks hold so many bytes; the last may be filled up with zeros.
    public static long count(long bytes) {
        return Math.ceilDiv(bytes, SIZE);
    }

    /// Whether a block is zero.
    ///
    /// @param bytes holds the block from `offset` on
    static boolean isZero(byte[] bytes, int offset) {
        return Arrays.equals(bytes, offset, offset + SIZE, ZEROS, 0, SIZE);
    }

    /// Whether whole blocks are all zero.
    static boolean areZero(byte[] blocks) {
        for (int at = 0; at < blocks.length; at += SIZE) {
            if (!isZero(blocks, at)) {
                return false;
            }
        }
        return true;
    }
}
