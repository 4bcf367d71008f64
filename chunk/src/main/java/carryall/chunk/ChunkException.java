package carryall.chunk;

import carryall.crypto.Digest;
import java.io.IOException;

/// What can be wrong with foreign bytes that should be chunks.
public abstract sealed class ChunkException extends IOException {
    ChunkException(String message) {
        super(message);
    }

    /// A frame is not what the index says.
    public static final class FrameDamaged extends ChunkException {
        public FrameDamaged(String found) {
            super("a frame of a pack is damaged: " + found);
        }
    }

    /// A chunk has not the digest by which it was asked for.
    public static final class ChunkDamaged extends ChunkException {
        public ChunkDamaged(Digest wanted) {
            super("a chunk is damaged: it is not " + wanted);
        }
    }
}
