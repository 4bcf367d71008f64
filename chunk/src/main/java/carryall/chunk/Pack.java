package carryall.chunk;

import carryall.crypto.Digest;

/// A file of frames, one after the other.
///
/// @param digest of the whole file, which names it
/// @param size in bytes, 1 to [#LARGEST]
public record Pack(Digest digest, long size) {
    /// What a publisher's connection can well repeat when it was cut.
    public static final int LARGEST = 64 << 20;

    public Pack {
        if (size < 1 || size > LARGEST) {
            throw new IllegalArgumentException("a pack of " + size + " bytes");
        }
    }
}
