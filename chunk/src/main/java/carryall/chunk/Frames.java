package carryall.chunk;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;
import java.io.IOException;

/// Decompresses frames. What comes out is as long as the index says, or refused; whether it is what
/// the index says only the chunks' digests tell. Safe for many threads.
public final class Frames {
    private static final int LARGEST_WINDOW_LOG = 23;

    private Frames() {}

    /// The blocks of a frame.
    ///
    /// @param stored its bytes in the pack
    /// @throws ChunkException.FrameDamaged if they are not such a frame
    public static byte[] plain(Frame frame, byte[] stored) throws ChunkException.FrameDamaged {
        return decompress(stored, frame.blocks() * Block.SIZE, new byte[0]);
    }

    /// The chunks of a coded frame, one after the other.
    ///
    /// @param base what it was coded against
    /// @throws ChunkException.FrameDamaged if it is not such a frame, or names what the base has
    ///   not
    public static byte[] plain(Delta.Coded frame, Index target, byte[] stored, Space base)
            throws IOException {
        int size = 0;
        for (int number : frame.chunks()) {
            if (number >= target.chunks().size()) {
                throw new ChunkException.FrameDamaged("it names a chunk that is not there");
            }
            size += target.chunks().get(number).bytes();
        }
        if (size > Frame.LARGEST_BLOCKS * Block.SIZE) {
            throw new ChunkException.FrameDamaged("it would hold " + size + " bytes");
        }
        for (Delta.Window window : frame.windows()) {
            if (window.first() + window.blocks() > base.blocks()) {
                throw new ChunkException.FrameDamaged("it names a window behind the base's end");
            }
        }
        return decompress(stored, size, DeltaPacking.prefix(base, frame.windows()));
    }

    private static byte[] decompress(byte[] stored, int size, byte[] prefix)
            throws ChunkException.FrameDamaged {
        try (ZstdDecompressCtx context = new ZstdDecompressCtx()) {
            // Neither a second frame behind the first nor one of another length.
            if (stored.length == 0
                    || Zstd.getFrameContentSize(stored) != size
                    || Zstd.findFrameCompressedSize(stored) != stored.length) {
                throw new ChunkException.FrameDamaged("it is not one frame of " + size + " bytes");
            }
            context.setLongMax(LARGEST_WINDOW_LOG);
            if (prefix.length > 0) {
                context.loadDict(prefix, ZstdDictContentType.RAW_CONTENT);
            }
            byte[] plain = new byte[size];
            int length = context.decompress(plain, stored);
            if (length != size) {
                throw new ChunkException.FrameDamaged(length + " bytes instead of " + size);
            }
            return plain;
        } catch (ZstdException wrong) {
            throw new ChunkException.FrameDamaged(String.valueOf(wrong.getMessage()));
        }
    }
}
