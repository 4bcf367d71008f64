package carryall.chunk;

/// A part of a pack that is fetched and decompressed as one: chunks one after the other, as a
/// single zstd frame (RFC 8878).
///
/// @param pack number of the pack in the index
/// @param offset of the first byte in the pack
/// @param stored bytes in the pack, 1 to 2 * [#LARGEST_BLOCKS] blocks
/// @param blocks of what it holds, 1 to [#LARGEST_BLOCKS]; of an earlier release's frame some may
///   belong to no chunk of this index
/// @param firstChunk number of its first chunk in the index; the others follow
/// @param chunks how many chunks of the index it holds, 1 or more
public record Frame(int pack, long offset, int stored, int blocks, int firstChunk, int chunks) {
    /// What one frame holds at most: 1 MiB.
    public static final int LARGEST_BLOCKS = 256;

    public Frame {
        if (pack < 0
                || offset < 0
                || stored < 1
                || stored > 2 * LARGEST_BLOCKS * Block.SIZE
                || blocks < 1
                || blocks > LARGEST_BLOCKS
                || firstChunk < 0
                || chunks < 1
                || chunks > blocks) {
            throw new IllegalArgumentException("no frame: " + offset + " " + stored + " " + blocks);
        }
    }
}
