package carryall.chunk;

/// Blocks of an image that are read when something opens it.
///
/// @param image its name
/// @param first number of the first block in the image, 0 and more
/// @param blocks how many follow each other, 1 and more, up to 4 TiB of an image
public record Touch(String image, long first, long blocks) {
    private static final long MOST_BLOCKS = Image.LARGEST / Block.SIZE;

    public Touch {
        if (!Image.isName(image)) {
            throw new IllegalArgumentException("a touch of an image named '" + image + "'");
        }
        if (first < 0 || blocks < 1 || blocks > MOST_BLOCKS || first > MOST_BLOCKS - blocks) {
            throw new IllegalArgumentException(
                    "a touch of " + blocks + " blocks from block " + first + " on");
        }
    }

    /// The block behind it in the image.
    public long end() {
        return first + blocks;
    }
}
