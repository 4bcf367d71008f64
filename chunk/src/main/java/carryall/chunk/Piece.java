package carryall.chunk;

/// Blocks of an image that follow each other in a chunk too, or are zero.
///
/// @param first number of the first block in the image
/// @param blocks how many, 1 or more
/// @param chunk number of the chunk in the index, or [#ZEROS]
/// @param chunkBlock number of the first block in the chunk; 0 for zeros
public record Piece(long first, long blocks, int chunk, int chunkBlock) {
    /// No chunk, but zeros.
    public static final int ZEROS = -1;

    public Piece {
        if (first < 0 || blocks < 1 || chunk < ZEROS || chunkBlock < 0) {
            throw new IllegalArgumentException("no piece: " + first + " " + blocks + " " + chunk);
        }
    }

    /// Whether it is zeros, which lie nowhere.
    public boolean isZeros() {
        return chunk == ZEROS;
    }

    /// The same of another chunk.
    Piece of(int otherChunk) {
        return new Piece(first, blocks, otherChunk, chunkBlock);
    }

    /// The block behind it in the image.
    public long end() {
        return Math.addExact(first, blocks);
    }
}
