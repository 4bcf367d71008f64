package carryall.chunk;

import java.util.List;
import java.util.regex.Pattern;

/// What a disk, a memory or any other file is made of.
///
/// @param name 1 to 32 of `a-z0-9-`
/// @param sizeBytes 0 to 4 TiB; the last block is filled up with zeros
/// @param pieces in ascending order, without gaps, over all of it
public record Image(String name, long sizeBytes, List<Piece> pieces) {
    /// The largest: 4 TiB.
    public static final long LARGEST = 4L << 40;

    private static final Pattern NAME = Pattern.compile("[a-z0-9-]{1,32}");

    public Image {
        pieces = List.copyOf(pieces);
        if (!isName(name)) {
            throw new IllegalArgumentException("an image named '" + name + "'");
        }
        if (sizeBytes < 0 || sizeBytes > LARGEST) {
            throw new IllegalArgumentException(name + " of " + sizeBytes + " bytes");
        }
        long next = 0;
        for (Piece piece : pieces) {
            if (piece.first() != next) {
                throw new IllegalArgumentException(name + ": a piece out of place: " + piece);
            }
            next = piece.end();
        }
        if (next != Block.count(sizeBytes)) {
            throw new IllegalArgumentException(name + " has pieces for " + next + " blocks");
        }
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// Which piece a block is in.
    ///
    /// @param block 0 and more, below the image's end
    public Piece at(long block) {
        int low = 0;
        int high = pieces.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (pieces.get(middle).first() <= block) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return pieces.get(low);
    }
}
