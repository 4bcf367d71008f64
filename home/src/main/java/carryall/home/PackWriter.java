package carryall.home;

import carryall.chunk.Block;
import carryall.transport.TransportException;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.util.Arrays;

/// Puts pieces into packs: compresses each alone, so that each can be read alone, and seals and
/// puts a pack when it is full. One thread.
final class PackWriter implements AutoCloseable {
    private static final int LEVEL = 3;

    private final HomeStore store;
    private final Sealer sealer;
    private final ZstdCompressCtx zstd = new ZstdCompressCtx();
    private final byte[] held = new byte[SizeClass.LARGEST];
    private final byte[] scratch =
            new byte[(int) Zstd.compressBound(Piece.MOST_BLOCKS * Block.SIZE)];
    private int used;

    PackWriter(HomeStore store, Sealer sealer) {
        this.store = store;
        this.sealer = sealer;
        zstd.setLevel(LEVEL);
    }

    /// Where a piece lies in the pack that is being filled.
    record Place(int offset, int stored) {}

    /// Whether the pack that is being filled may have no place for one more piece: then it is to be
    /// [#finish]ed first.
    boolean isFull() {
        return held.length - used < Piece.MOST_BLOCKS * Block.SIZE;
    }

    boolean isEmpty() {
        return used == 0;
    }

    Place add(byte[] bytes, int offset, int length) {
        int compressed = zstd.compressByteArray(scratch, 0, scratch.length, bytes, offset, length);
        Place place;
        if (compressed < length) {
            System.arraycopy(scratch, 0, held, used, compressed);
            place = new Place(used, compressed);
        } else {
            System.arraycopy(bytes, offset, held, used, length);
            place = new Place(used, length);
        }
        used += place.stored();
        return place;
    }

    /// Seals what is held, and puts it; when this returns, it is there.
    Save.Pack finish() throws TransportException {
        int size = SizeClass.of(used);
        Arrays.fill(held, used, size, (byte) 0);
        byte[] sealed = sealer.seal(ObjectKind.PACK, Arrays.copyOf(held, size));
        ObjectName name = ObjectName.of(ObjectKind.PACK, sealed);
        store.put(name, sealed);
        used = 0;
        return new Save.Pack(name, salt(sealed), size);
    }

    private static Salt salt(byte[] sealed) {
        try {
            return Sealer.salt(ObjectKind.PACK, sealed);
        } catch (Sealer.NotSealed impossible) {
            throw new IllegalStateException("it was just sealed", impossible);
        }
    }

    @Override
    public void close() {
        zstd.close();
    }
}
