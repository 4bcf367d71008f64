package carryall.chunk;

import java.io.IOException;
import java.util.Arrays;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/// Where blocks of a content were first met, by checksum. Whoever finds one compares it. One
/// thread; 20 bytes a block.
final class BlockTable {
    static final long NONE = -1;

    private final CRC32 crc = new CRC32();
    private final CRC32C other = new CRC32C();
    private long[] keys = new long[1 << 16];
    private long[] places = new long[1 << 16];
    private int used;

    BlockTable() {
        Arrays.fill(places, NONE);
    }

    /// Says whether a block of a chunk holds these bytes.
    @FunctionalInterface
    interface Comparison {
        boolean same(int chunk, int block, byte[] bytes, int offset) throws IOException;
    }

    static long place(int chunk, int block) {
        return ((long) chunk << 8) | block;
    }

    static int chunk(long place) {
        return (int) (place >>> 8);
    }

    static int block(long place) {
        return (int) (place & 0xff);
    }

    /// Remembers a block, unless one of the same checksum is known.
    void put(byte[] bytes, int offset, int chunk, int block) {
        if (used * 2 > keys.length) {
            grow();
        }
        long key = key(bytes, offset);
        int slot = slot(key);
        if (places[slot] == NONE) {
            keys[slot] = key;
            places[slot] = place(chunk, block);
            used++;
        }
    }

    /// The place of a block of the same bytes, or [#NONE].
    long find(byte[] bytes, int offset, Comparison comparison) throws IOException {
        long place = places[slot(key(bytes, offset))];
        return place != NONE && comparison.same(chunk(place), block(place), bytes, offset)
                ? place
                : NONE;
    }

    private long key(byte[] bytes, int offset) {
        crc.reset();
        crc.update(bytes, offset, Block.SIZE);
        other.reset();
        other.update(bytes, offset, Block.SIZE);
        return (crc.getValue() << 32) | other.getValue();
    }

    private int slot(long key) {
        int slot = (int) ((key * 0x9e3779b97f4a7c15L) >>> 33) & (keys.length - 1);
        while (places[slot] != NONE && keys[slot] != key) {
            slot = (slot + 1) & (keys.length - 1);
        }
        return slot;
    }

    private void grow() {
        long[] oldKeys = keys;
        long[] oldPlaces = places;
        keys = new long[oldKeys.length * 2];
        places = new long[oldKeys.length * 2];
        Arrays.fill(places, NONE);
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldPlaces[i] != NONE) {
                int slot = slot(oldKeys[i]);
                keys[slot] = oldKeys[i];
                places[slot] = oldPlaces[i];
            }
        }
    }
}
