package carryall.chunk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// Finds the windows of a space that resemble some bytes. Built once, then safe for many threads.
///
/// A rolling checksum over the last 64 bytes picks anchors: places where it has certain bits, about
/// one in 256 bytes, wherever that content stands. Windows of the space that share many anchors
/// with the bytes resemble them.
final class Similar {
    static final int WINDOW_BLOCKS = 8;
    private static final long ANCHOR = 0xff00_0000_0000_0000L;
    private static final int NOWHERE = -1;
    private static final int LEAST_ANCHORS = 2;
    private static final int READ = 256;
    private static final long[] GEAR = gear();

    private final Space space;
    private final int[] keys;
    private final int[] windows;

    private Similar(Space space, int slots) {
        this.space = space;
        this.keys = new int[slots];
        this.windows = new int[slots];
        Arrays.fill(windows, NOWHERE);
    }

    private static long[] gear() {
        SplittableRandom random = new SplittableRandom(0x6361727279L);
        return random.longs(256).toArray();
    }

    /// Reads the whole space, zeros excepted.
    static Similar in(Space space) throws IOException {
        long content = 0;
        for (Image image : space.index().images()) {
            for (Piece piece : image.pieces()) {
                content += piece.isZeros() ? 0 : piece.blocks();
            }
        }
        long anchors = content * Block.SIZE / 256;
        int slots = (int) Long.highestOneBit(Math.clamp(anchors * 3, 1 << 12, 1 << 27));
        Similar similar = new Similar(space, slots);
        byte[] buffer = new byte[READ * Block.SIZE];
        List<Image> images = space.index().images();
        for (int i = 0; i < images.size(); i++) {
            for (Piece piece : images.get(i).pieces()) {
                for (long done = 0; !piece.isZeros() && done < piece.blocks(); done += READ) {
                    int count = (int) Math.min(READ, piece.blocks() - done);
                    long first = space.start(i) + piece.first() + done;
                    space.read(first, count, buffer, 0);
                    similar.add(first, buffer, count * Block.SIZE);
                }
            }
        }
        return similar;
    }

    private void add(long firstBlock, byte[] bytes, int length) {
        long hash = 0;
        for (int i = 0; i < length; i++) {
            hash = (hash << 1) + GEAR[bytes[i] & 0xff];
            if ((hash & ANCHOR) == 0 && i >= 64) {
                int key = (int) (hash >>> 24);
                int slot = slot(key);
                if (windows[slot] == NOWHERE) {
                    keys[slot] = key;
                    windows[slot] = (int) ((firstBlock + i / Block.SIZE) / WINDOW_BLOCKS);
                }
            }
        }
    }

    /// Where a key is, or where it would be; a full neighbourhood is given up.
    private int slot(int key) {
        int start = (key * 0x9e3779b1) >>> Integer.numberOfLeadingZeros(keys.length - 1);
        for (int i = 0; i < 16; i++) {
            int slot = (start + i) & (keys.length - 1);
            if (windows[slot] == NOWHERE || keys[slot] == key) {
                return slot;
            }
        }
        return start & (keys.length - 1);
    }

    /// The windows that resemble bytes most.
    ///
    /// @param most blocks in all
    /// @return in ascending order; none if nothing resembles them
    List<Delta.Window> to(byte[] bytes, int most) {
        Map<Integer, Integer> votes = new HashMap<>();
        long hash = 0;
        for (int i = 0; i < bytes.length; i++) {
            hash = (hash << 1) + GEAR[bytes[i] & 0xff];
            if ((hash & ANCHOR) == 0 && i >= 64) {
                int key = (int) (hash >>> 24);
                int slot = slot(key);
                if (windows[slot] != NOWHERE && keys[slot] == key) {
                    votes.merge(windows[slot], 1, Integer::sum);
                }
            }
        }
        List<Integer> best =
                votes.entrySet().stream()
                        .filter(entry -> entry.getValue() >= LEAST_ANCHORS)
                        .sorted(
                                Map.Entry.<Integer, Integer>comparingByValue()
                                        .reversed()
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(most / WINDOW_BLOCKS)
                        .map(Map.Entry::getKey)
                        .sorted(Comparator.naturalOrder())
                        .toList();
        List<Delta.Window> joined = new ArrayList<>();
        for (int window : best) {
            long first = (long) window * WINDOW_BLOCKS;
            int blocks = (int) Math.min(WINDOW_BLOCKS, space.blocks() - first);
            Delta.Window last = joined.isEmpty() ? null : joined.getLast();
            if (last != null && last.first() + last.blocks() == first) {
                joined.set(
                        joined.size() - 1, new Delta.Window(last.first(), last.blocks() + blocks));
            } else {
                joined.add(new Delta.Window(first, blocks));
            }
        }
        return joined;
    }
}
