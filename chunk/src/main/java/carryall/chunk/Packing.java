package carryall.chunk;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes images into an index and packs. What earlier packs hold is not packed again.
///
/// Chunks that are new go, in the order of the images, into frames of up to 512 KiB: several small
/// files of one folder compress better together, and a guest that reads one block waits for no more
/// than that. A frame of an earlier release is used again if at least half of it still is; else
/// somebody who downloads this release first would fetch much that it does not need.
///
/// What is touched when something opens the images goes before all that, in the order of touch and
/// whatever image it is of; the first of these frames hold less, so that the first page is there
/// soon.
public final class Packing {
    static final int FRAME_BLOCKS = 128;
    private static final int FIRST_FRAMES = 8;
    private static final int FIRST_FRAME_BLOCKS = 32;
    private static final int PACK_BYTES = 32 << 20;

    private Packing() {}

    /// What was packed.
    ///
    /// @param fresh the packs of the index that were written to the folder, each under the digits
    ///   of its digest
    public record Packed(Index index, List<Pack> fresh) {
        public Packed {
            fresh = List.copyOf(fresh);
        }
    }

    /// Packs images.
    ///
    /// @param parts 1 to [Index#MOST_IMAGES]
    /// @param known indexes of which all packs are there already, the newest first
    /// @param folder empty; for the packs
    /// @param level of zstd, 1 to 19
    public static Packed pack(
            List<Part> parts, List<Index> known, Path folder, int level, PackListener listener)
            throws IOException {
        return pack(parts, List.of(), known, folder, level, listener);
    }

    /// Packs images so that what is touched first is fetched first.
    ///
    /// @param parts 1 to [Index#MOST_IMAGES]
    /// @param opening what is touched, in that order; what lies in no image counts as nothing
    /// @param known indexes of which all packs are there already, the newest first
    /// @param folder empty; for the packs
    /// @param level of zstd, 1 to 19
    public static Packed pack(
            List<Part> parts,
            List<Touch> opening,
            List<Index> known,
            Path folder,
            int level,
            PackListener listener)
            throws IOException {
        List<Source> sources = new ArrayList<>();
        try {
            for (Part part : parts) {
                sources.add(Source.open(part.name(), part.kind(), part.file()));
            }
            Draft draft = Cutter.cut(sources, opening, listener::cut);
            return new Merging(draft, draft.touched(opening), known)
                    .pack(sources, folder, level, listener);
        } finally {
            for (Source source : sources) {
                source.close();
            }
        }
    }

    /// One draft, being joined with what is known.
    private static final class Merging {
        private final Draft draft;
        private final List<Integer> touched;
        private final List<Pack> packs = new ArrayList<>();
        private final Map<Digest, Integer> packNumbers = new HashMap<>();
        private final List<Placed> frames = new ArrayList<>();
        private final Map<Digest, Kept> kept = new HashMap<>();

        /// @param touched numbers of the draft's chunks that go first, in that order
        Merging(Draft draft, List<Integer> touched, List<Index> known) {
            this.draft = draft;
            this.touched = touched;
            for (Index index : known) {
                Map<Digest, Integer> numbers = index.numbers();
                for (Draft.Cut cut : draft.chunks()) {
                    Integer number = numbers.get(cut.digest());
                    if (number != null && !kept.containsKey(cut.digest())) {
                        Chunk chunk = index.chunks().get(number);
                        Frame frame = index.frames().get(chunk.frame());
                        Pack pack = index.packs().get(frame.pack());
                        kept.put(cut.digest(), new Kept(pack, frame, chunk));
                    }
                }
            }
            forgetFramesOfLittleUse();
        }

        /// A chunk that an earlier pack holds.
        private record Kept(Pack pack, Frame frame, Chunk chunk) {
            FramePlace place() {
                return new FramePlace(pack.digest(), frame.offset());
            }
        }

        private record FramePlace(Digest pack, long offset) {}

        private void forgetFramesOfLittleUse() {
            Map<FramePlace, Integer> used = new HashMap<>();
            for (Kept each : kept.values()) {
                used.merge(each.place(), each.chunk().blocks(), Integer::sum);
            }
            kept.values()
                    .removeIf(
                            each -> used.getOrDefault(each.place(), 0) * 2 < each.frame().blocks());
        }

        /// A frame, its pack not numbered yet, and the chunks in it.
        private record Placed(Pack pack, long offset, int stored, int blocks, List<Chunk> chunks) {}

        Packed pack(List<Source> sources, Path folder, int level, PackListener listener)
                throws IOException {
            List<List<Draft.Cut>> groups = groups();
            List<Pack> fresh;
            List<Packer.Stored> stored;
            listener.packing(groups.stream().mapToLong(Merging::bytes).sum());
            try (Packer packer = new Packer(folder, PACK_BYTES)) {
                for (List<Draft.Cut> group : groups) {
                    packer.add(() -> {
                        byte[] frame = Packer.compress(read(sources, group), level);
                        listener.packed(bytes(group));
                        return frame;
                    });
                }
                stored = packer.finish();
                fresh = packer.packs();
            }
            addKept();
            for (int i = 0; i < groups.size(); i++) {
                List<Chunk> chunks = new ArrayList<>();
                int block = 0;
                for (Draft.Cut cut : groups.get(i)) {
                    chunks.add(new Chunk(cut.digest(), 0, block, cut.blocks().length));
                    block += cut.blocks().length;
                }
                Packer.Stored at = stored.get(i);
                frames.add(
                        new Placed(fresh.get(at.pack()), at.offset(), at.bytes(), block, chunks));
            }
            return new Packed(index(), fresh);
        }

        private static long bytes(List<Draft.Cut> cuts) {
            return cuts.stream().mapToLong(cut -> cut.blocks().length).sum() * Block.SIZE;
        }

        /// What is new, as the chunks of frames.
        private List<List<Draft.Cut>> groups() {
            List<List<Draft.Cut>> groups = new ArrayList<>();
            BitSet grouped = new BitSet();
            int blocks = 0;
            for (int number : touched) {
                Draft.Cut cut = draft.chunks().get(number);
                if (kept.containsKey(cut.digest())) {
                    continue;
                }
                blocks += cut.blocks().length;
                int most = groups.size() <= FIRST_FRAMES ? FIRST_FRAME_BLOCKS : FRAME_BLOCKS;
                if (groups.isEmpty() || blocks > most) {
                    groups.add(new ArrayList<>());
                    blocks = cut.blocks().length;
                }
                groups.getLast().add(cut);
                grouped.set(number);
            }
            int source = -1;
            for (int number = 0; number < draft.chunks().size(); number++) {
                Draft.Cut cut = draft.chunks().get(number);
                if (grouped.get(number) || kept.containsKey(cut.digest())) {
                    continue;
                }
                blocks += cut.blocks().length;
                if (blocks > FRAME_BLOCKS || cut.source() != source) {
                    groups.add(new ArrayList<>());
                    blocks = cut.blocks().length;
                    source = cut.source();
                }
                groups.getLast().add(cut);
            }
            return groups;
        }

        private void addKept() {
            Map<FramePlace, List<Kept>> byFrame = new HashMap<>();
            for (Kept each : kept.values()) {
                byFrame.computeIfAbsent(each.place(), _ -> new ArrayList<>()).add(each);
            }
            byFrame.values().stream()
                    .map(Merging::placed)
                    .sorted(
                            Comparator.comparing((Placed placed) -> placed.pack().digest().text())
                                    .thenComparingLong(Placed::offset))
                    .forEach(frames::add);
        }

        private static Placed placed(List<Kept> inOneFrame) {
            List<Chunk> chunks =
                    inOneFrame.stream()
                            .map(Kept::chunk)
                            .sorted(Comparator.comparingInt(Chunk::frameBlock))
                            .toList();
            Kept one = inOneFrame.getFirst();
            return new Placed(
                    one.pack(),
                    one.frame().offset(),
                    one.frame().stored(),
                    one.frame().blocks(),
                    chunks);
        }

        private Index index() {
            List<Frame> all = new ArrayList<>();
            List<Chunk> chunks = new ArrayList<>();
            Map<Digest, Integer> numbers = new HashMap<>();
            for (Placed placed : frames) {
                int pack =
                        packNumbers.computeIfAbsent(
                                placed.pack().digest(),
                                _ -> {
                                    packs.add(placed.pack());
                                    return packs.size() - 1;
                                });
                int count = placed.chunks().size();
                int first = chunks.size();
                all.add(
                        new Frame(
                                pack,
                                placed.offset(),
                                placed.stored(),
                                placed.blocks(),
                                first,
                                count));
                for (Chunk each : placed.chunks()) {
                    numbers.put(each.digest(), chunks.size());
                    chunks.add(
                            new Chunk(
                                    each.digest(),
                                    all.size() - 1,
                                    each.frameBlock(),
                                    each.blocks()));
                }
            }
            int[] renumbered =
                    draft.chunks().stream()
                            .mapToInt(cut -> numbers.getOrDefault(cut.digest(), -1))
                            .toArray();
            List<Image> images = new ArrayList<>();
            for (Image image : draft.images()) {
                List<Piece> pieces =
                        image.pieces().stream()
                                .map(piece ->
                                        piece.of(
                                                piece.isZeros()
                                                        ? Piece.ZEROS
                                                        : renumbered[piece.chunk()]))
                                .toList();
                images.add(new Image(image.name(), image.sizeBytes(), pieces));
            }
            Set<Integer> opening = new LinkedHashSet<>();
            for (int number : touched) {
                opening.add(chunks.get(renumbered[number]).frame());
            }
            return new Index(packs, all, chunks, images, List.copyOf(opening));
        }
    }

    static byte[] read(List<Source> sources, List<Draft.Cut> cuts) throws IOException {
        int blocks = cuts.stream().mapToInt(cut -> cut.blocks().length).sum();
        byte[] plain = new byte[blocks * Block.SIZE];
        int at = 0;
        for (Draft.Cut cut : cuts) {
            Source source = sources.get(cut.source());
            int[] numbers = cut.blocks();
            for (int i = 0; i < numbers.length; ) {
                int run = 1;
                while (i + run < numbers.length && numbers[i + run] == numbers[i] + run) {
                    run++;
                }
                source.read(numbers[i], run, plain, at * Block.SIZE);
                at += run;
                i += run;
            }
        }
        return plain;
    }
}
