package carryall.home;

import carryall.chunk.Block;
import carryall.crypto.Digest;
import carryall.transport.TransportException;
import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import java.util.LinkedHashMap;
import java.util.Map;

/// Reads pieces out of packs. What was read beside a piece is kept for a while, as its neighbours
/// are likely to be next. One thread.
final class PackReader {
    private static final int MOST_HELD = 24;

    private final HomeStore store;
    private final Sealer sealer;
    private final int window;
    private final Map<Window, byte[]> held =
            new LinkedHashMap<>(64, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Window, byte[]> eldest) {
                    return size() > MOST_HELD;
                }
            };

    private record Window(ObjectName pack, int number) {}

    /// @param window how many segments are read at once: many to restore all, few to read as it is
    ///   touched
    PackReader(HomeStore store, Sealer sealer, int window) {
        this.store = store;
        this.sealer = sealer;
        this.window = window;
    }

    /// The plain bytes of a piece, checked against its digest.
    ///
    /// @param length how many it has
    /// @throws HomeException.NotWhole if its pack is missing
    /// @throws HomeException.ObjectDamaged if its pack is not what was sealed
    byte[] piece(Save.Pack pack, Piece.Stored piece, int length)
            throws HomeException, TransportException {
        byte[] stored = plain(pack, piece.offset(), piece.stored());
        byte[] bytes = piece.stored() == length ? stored : decompressed(pack, stored, length);
        if (!Digest.of(bytes).equals(piece.digest())) {
            throw damaged(pack, "the piece at " + piece.offset() + " is another");
        }
        return bytes;
    }

    private byte[] decompressed(Save.Pack pack, byte[] stored, int length) throws HomeException {
        try {
            if (length > Piece.MOST_BLOCKS * Block.SIZE
                    || Zstd.getFrameContentSize(stored) != length) {
                throw damaged(pack, "a piece is no frame of " + length + " bytes");
            }
            byte[] bytes = new byte[length];
            long done = Zstd.decompress(bytes, stored);
            if (done != length) {
                throw damaged(pack, "a piece has " + done + " bytes, not " + length);
            }
            return bytes;
        } catch (ZstdException wrong) {
            throw damaged(pack, String.valueOf(wrong.getMessage()));
        }
    }

    private byte[] plain(Save.Pack pack, int offset, int length)
            throws HomeException, TransportException {
        byte[] bytes = new byte[length];
        int windowBytes = window * Sealer.SEGMENT;
        int done = 0;
        while (done < length) {
            int at = offset + done;
            int number = at / windowBytes;
            byte[] whole = window(pack, number);
            int from = at - number * windowBytes;
            int more = Math.min(length - done, whole.length - from);
            System.arraycopy(whole, from, bytes, done, more);
            done += more;
        }
        return bytes;
    }

    private byte[] window(Save.Pack pack, int number) throws HomeException, TransportException {
        Window key = new Window(pack.name(), number);
        byte[] known = held.get(key);
        if (known != null) {
            return known;
        }
        long size = Sealer.sealedSize(pack.sizeBytes());
        long first = (long) number * window;
        long from = Sealer.HEADER + first * Sealer.SEALED_SEGMENT;
        int length = (int) Math.min((long) window * Sealer.SEALED_SEGMENT, size - from);
        try {
            byte[] sealed = store.range(pack.name(), size, from, length);
            byte[] plain =
                    sealer.segments(ObjectKind.PACK, pack.salt(), pack.sizeBytes(), first, sealed);
            held.put(key, plain);
            return plain;
        } catch (Sealer.NotSealed altered) {
            throw damaged(pack, altered.found());
        } catch (TransportException.Missing missing) {
            throw new HomeException.NotWhole(store.location(), pack.name());
        }
    }

    private HomeException damaged(Save.Pack pack, String found) {
        return new HomeException.ObjectDamaged(store.location(), pack.name(), found);
    }
}
