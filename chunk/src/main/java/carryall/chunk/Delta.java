package carryall.chunk;

import carryall.crypto.Digest;
import java.util.List;

/// The chunks of a release that an earlier one lacks, coded against that one's images: a shorter
/// way to the same chunks, which are checked all the same. `docs/formats/delta.md` has the bytes.
///
/// @param base digest of the earlier release's index
/// @param target digest of this release's index
/// @param packs of coded frames
/// @param frames by pack, then by offset
public record Delta(Digest base, Digest target, List<Pack> packs, List<Coded> frames) {
    /// What a frame is coded against at most: 4 MiB.
    static final int MOST_WINDOW_BLOCKS = 1024;

    public Delta {
        packs = List.copyOf(packs);
        frames = List.copyOf(frames);
        int pack = 0;
        long end = 0;
        for (Coded frame : frames) {
            if (frame.pack() == pack + 1) {
                pack++;
                end = 0;
            }
            if (frame.pack() != pack || pack >= packs.size() || frame.offset() < end) {
                throw new IllegalArgumentException("a frame out of place");
            }
            end = Math.addExact(frame.offset(), frame.stored());
            if (end > packs.get(pack).size()) {
                throw new IllegalArgumentException("a frame behind its pack's end");
            }
        }
    }

    /// Chunks one after the other, compressed with windows of the base before them.
    ///
    /// @param pack number of the pack
    /// @param stored bytes in the pack
    /// @param chunks numbers of the chunks in this release's index, ascending
    /// @param windows of the base's [Space]
    public record Coded(
            int pack, long offset, int stored, List<Integer> chunks, List<Window> windows) {
        public Coded {
            chunks = List.copyOf(chunks);
            windows = List.copyOf(windows);
            if (pack < 0
                    || offset < 0
                    || stored < 1
                    || stored > 2 * Frame.LARGEST_BLOCKS * Block.SIZE
                    || chunks.isEmpty()
                    || chunks.size() > Frame.LARGEST_BLOCKS
                    || windows.stream().mapToLong(Window::blocks).sum() > MOST_WINDOW_BLOCKS) {
                throw new IllegalArgumentException("no coded frame: " + offset + " " + stored);
            }
        }
    }

    /// Blocks of the base that follow each other.
    ///
    /// @param first number of the first in the base's [Space]
    /// @param blocks 1 and more
    public record Window(long first, int blocks) {
        public Window {
            if (first < 0 || blocks < 1 || blocks > MOST_WINDOW_BLOCKS) {
                throw new IllegalArgumentException("no window: " + first + " " + blocks);
            }
        }
    }
}
