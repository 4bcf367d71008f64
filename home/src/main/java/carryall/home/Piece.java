package carryall.home;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;

/// A part of a saved file: whole blocks of 4 KiB, of which the file's last may be shorter.
sealed interface Piece {
    /// The most blocks of a stored piece.
    int MOST_BLOCKS = 64;

    /// How many blocks it covers, 1 and more.
    long blocks();

    /// Zeros, stored nowhere.
    record Zeros(long blocks) implements Piece {
        public Zeros {
            if (blocks < 1) {
                throw new IllegalArgumentException(blocks + " blocks of zeros");
            }
        }
    }

    /// Bytes in a pack.
    ///
    /// @param pack its number in the save
    /// @param offset in the pack's plain bytes
    /// @param stored how many bytes it takes there: fewer than it has, and then one zstd frame; or
    ///   as many, and then as they are
    /// @param digest of its plain bytes
    record Stored(long blocks, int pack, int offset, int stored, Digest digest) implements Piece {
        public Stored {
            if (blocks < 1 || blocks > MOST_BLOCKS || pack < 0 || offset < 0 || stored < 1) {
                throw new IllegalArgumentException("a piece of " + blocks + " blocks");
            }
        }
    }

    /// Bytes of a part of a release, which is named and not copied.
    ///
    /// @param release its number in the save
    /// @param first block of the part
    record Released(long blocks, int release, Appliance.Part part, long first) implements Piece {
        public Released {
            if (blocks < 1 || release < 0 || first < 0) {
                throw new IllegalArgumentException("a released piece of " + blocks + " blocks");
            }
        }
    }
}
