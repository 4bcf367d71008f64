package carryall.transport;

import carryall.crypto.Digest;

/// Checks of sizes that the shelves share.
final class Sizes {
    /// A blob that is read as a whole.
    static final int LARGEST_WHOLE = 64 << 20;

    private Sizes() {}

    static void whole(long size) {
        if (size < 0 || size > LARGEST_WHOLE) {
            throw new IllegalArgumentException(size + " bytes are not read as a whole");
        }
    }

    static void range(long size, long offset, long length) {
        if (offset < 0 || length < 1 || offset > size - length) {
            throw new IllegalArgumentException(
                    length + " bytes from " + offset + " are no range of " + size);
        }
    }

    static void check(String location, Digest digest, long size, byte[] bytes)
            throws TransportException.Damaged {
        if (bytes.length != size) {
            throw wrongSize(location, digest, size, bytes.length);
        }
        if (!Digest.of(bytes).equals(digest)) {
            throw new TransportException.Damaged(location, digest, "its digest is another");
        }
    }

    static TransportException.Damaged wrongSize(
            String location, Digest digest, long wanted, long found) {
        return new TransportException.Damaged(
                location, digest, "it has " + found + " bytes, not " + wanted);
    }
}
