package carryall.chunk;

import carryall.crypto.Digest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;

/// Where each chunk that is wanted comes from: from images that are here, from a delta against one
/// of them, or from the release's own packs; and how many bytes that is.
///
/// @param copies chunks that an image here holds
/// @param fetches in the order of their packs and offsets
public record Plan(List<Copy> copies, List<Fetch> fetches) {
    public Plan {
        copies = List.copyOf(copies);
        fetches = List.copyOf(fetches);
    }

    /// A chunk that is here already.
    ///
    /// @param wanted its number in the index
    /// @param space which of the spaces holds it
    /// @param held its number in that space's index
    public record Copy(int wanted, int space, int held) {}

    /// A frame to be fetched.
    public sealed interface Fetch {
        /// The pack that holds it.
        Pack pack();

        /// Where in the pack.
        long offset();

        /// How many bytes.
        int stored();

        /// Of the release's own packs.
        ///
        /// @param chunks those of its chunks that are wanted
        record Plain(Pack pack, Frame frame, List<Integer> chunks) implements Fetch {
            @Override
            public long offset() {
                return frame.offset();
            }

            @Override
            public int stored() {
                return frame.stored();
            }
        }

        /// Of a delta.
        ///
        /// @param space which of the spaces it was coded against
        record Coded(Pack pack, Delta.Coded frame, int space) implements Fetch {
            @Override
            public long offset() {
                return frame.offset();
            }

            @Override
            public int stored() {
                return frame.stored();
            }
        }
    }

    /// What is to be fetched in all.
    public long bytes() {
        return fetches.stream().mapToLong(Fetch::stored).sum();
    }

    /// Finds the way of the fewest bytes.
    ///
    /// @param here chunks that need not be got any more
    /// @param spaces indexes of images that are here
    /// @param deltas to this index, against any of them or others
    public static Plan of(Index index, BitSet here, List<Index> spaces, List<Delta> deltas) {
        BitSet wanted = new BitSet();
        wanted.set(0, index.chunks().size());
        wanted.andNot(here);
        List<Copy> copies = new ArrayList<>();
        for (int i = 0; i < spaces.size(); i++) {
            Map<Digest, Integer> held = spaces.get(i).numbers();
            for (int c = wanted.nextSetBit(0); c >= 0; c = wanted.nextSetBit(c + 1)) {
                Integer number = held.get(index.chunks().get(c).digest());
                if (number != null) {
                    copies.add(new Copy(c, i, number));
                    wanted.clear(c);
                }
            }
        }
        Plan best = new Plan(copies, plain(index, wanted));
        List<Digest> names =
                spaces.stream().map(space -> Digest.of(IndexFormat.write(space))).toList();
        for (Delta delta : deltas) {
            int space = names.indexOf(delta.base());
            if (space >= 0) {
                Plan shorter = new Plan(copies, with(delta, space, index, wanted));
                best = shorter.bytes() < best.bytes() ? shorter : best;
            }
        }
        return best;
    }

    /// The frames of the release's own packs that hold certain chunks: the way that never fails for
    /// want of something here.
    public static List<Fetch> plain(Index index, BitSet wanted) {
        List<Fetch> fetches = new ArrayList<>();
        for (Frame frame : index.frames()) {
            int end = frame.firstChunk() + frame.chunks();
            List<Integer> chunks = new ArrayList<>();
            for (int c = wanted.nextSetBit(frame.firstChunk());
                    c >= 0 && c < end;
                    c = wanted.nextSetBit(c + 1)) {
                chunks.add(c);
            }
            if (!chunks.isEmpty()) {
                fetches.add(new Fetch.Plain(index.packs().get(frame.pack()), frame, chunks));
            }
        }
        return fetches;
    }

    private static List<Fetch> with(Delta delta, int space, Index index, BitSet wanted) {
        BitSet left = (BitSet) wanted.clone();
        List<Fetch> fetches = new ArrayList<>();
        for (Delta.Coded frame : delta.frames()) {
            if (frame.chunks().stream().anyMatch(left::get)) {
                fetches.add(new Fetch.Coded(delta.packs().get(frame.pack()), frame, space));
                frame.chunks().forEach(left::clear);
            }
        }
        fetches.addAll(plain(index, left));
        return fetches;
    }
}
