package carryall.chunk;

import carryall.crypto.Digest;

/// Blocks that are checked, shared and stored as one.
///
/// @param digest of its bytes; never two in an index
/// @param frame number of the frame that holds it
/// @param frameBlock number of its first block in the frame
/// @param blocks 1 to [#LARGEST_BLOCKS]
public record Chunk(Digest digest, int frame, int frameBlock, int blocks) {
    /// What one chunk holds at most: 256 KiB.
    public static final int LARGEST_BLOCKS = 64;

    public Chunk {
        if (frame < 0 || frameBlock < 0 || blocks < 1 || blocks > LARGEST_BLOCKS) {
            throw new IllegalArgumentException("no chunk: " + frameBlock + " " + blocks);
        }
    }

    /// Its bytes.
    public int bytes() {
        return blocks * Block.SIZE;
    }
}
