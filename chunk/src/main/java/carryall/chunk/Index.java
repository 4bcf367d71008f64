package carryall.chunk;

import carryall.crypto.Digest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which chunks make which images, and where in which packs they lie: `docs/formats/index.md` has
/// the bytes. Whoever holds the images has every chunk whole, because each block of each chunk
/// stands in some image.
///
/// @param packs every pack that the images need; none twice
/// @param frames by pack, then by offset
/// @param chunks by frame, then by place in it
/// @param opening numbers of frames, in the order in which somebody needs them who opens the images
///   at once; none twice
public record Index(
        List<Pack> packs,
        List<Frame> frames,
        List<Chunk> chunks,
        List<Image> images,
        List<Integer> opening) {
    /// Images of one release.
    public static final int MOST_IMAGES = 32;

    /// The longest index: 64 MiB.
    public static final int LARGEST = 64 << 20;

    public Index {
        packs = List.copyOf(packs);
        frames = List.copyOf(frames);
        chunks = List.copyOf(chunks);
        images = List.copyOf(images);
        opening = List.copyOf(opening);
        checkFrames(packs, frames);
        checkChunks(frames, chunks);
        checkImages(chunks, images);
        checkOpening(frames, opening);
    }

    /// An index that knows no order of opening.
    public Index(List<Pack> packs, List<Frame> frames, List<Chunk> chunks, List<Image> images) {
        this(packs, frames, chunks, images, List.of());
    }

    private static void checkFrames(List<Pack> packs, List<Frame> frames) {
        Set<Digest> names = new HashSet<>();
        for (Pack pack : packs) {
            check(names.add(pack.digest()), "a pack twice: " + pack.digest());
        }
        int pack = -1;
        long end = 0;
        for (Frame frame : frames) {
            if (frame.pack() != pack) {
                check(frame.pack() == pack + 1, "a pack that no frame is in");
                pack = frame.pack();
                end = 0;
            }
            check(pack < packs.size(), "a frame in no pack");
            check(frame.offset() >= end, "frames that overlap");
            end = Math.addExact(frame.offset(), frame.stored());
            check(end <= packs.get(pack).size(), "a frame behind its pack's end");
        }
        check(pack == packs.size() - 1, "a pack that no frame is in");
    }

    private static void checkChunks(List<Frame> frames, List<Chunk> chunks) {
        Set<Digest> digests = HashSet.newHashSet(chunks.size());
        int next = 0;
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            check(frame.firstChunk() == next, "a frame's chunks out of place");
            next = Math.addExact(next, frame.chunks());
            check(next <= chunks.size(), "a frame of chunks that are not there");
            int end = 0;
            for (Chunk chunk : chunks.subList(frame.firstChunk(), next)) {
                check(chunk.frame() == i && chunk.frameBlock() >= end, "chunks that overlap");
                end = chunk.frameBlock() + chunk.blocks();
                check(end <= frame.blocks(), "a chunk behind its frame's end");
                check(digests.add(chunk.digest()), "a chunk twice: " + chunk.digest());
            }
        }
        check(next == chunks.size(), "a chunk that is in no frame");
    }

    private static void checkImages(List<Chunk> chunks, List<Image> images) {
        check(images.size() <= MOST_IMAGES, images.size() + " images");
        Set<String> names = new HashSet<>();
        long[] covered = new long[chunks.size()];
        for (Image image : images) {
            check(names.add(image.name()), "an image twice: " + image.name());
            for (Piece piece : image.pieces()) {
                if (piece.isZeros()) {
                    continue;
                }
                check(piece.chunk() < chunks.size(), "a piece of a chunk that is not there");
                int blocks = chunks.get(piece.chunk()).blocks();
                check(piece.chunkBlock() + piece.blocks() <= blocks, "a piece longer than a chunk");
                covered[piece.chunk()] |= (-1L >>> (64 - piece.blocks())) << piece.chunkBlock();
            }
        }
        for (int i = 0; i < covered.length; i++) {
            long all = -1L >>> (64 - chunks.get(i).blocks());
            check(covered[i] == all, "a chunk that no image holds: " + chunks.get(i).digest());
        }
    }

    private static void checkOpening(List<Frame> frames, List<Integer> opening) {
        BitSet met = new BitSet(frames.size());
        for (int frame : opening) {
            check(frame >= 0 && frame < frames.size(), "an opening with a frame that is not there");
            check(!met.get(frame), "an opening with a frame twice");
            met.set(frame);
        }
    }

    private static void check(boolean holds, String fault) {
        if (!holds) {
            throw new IllegalArgumentException(fault);
        }
    }

    /// The image of a name.
    public Optional<Image> image(String name) {
        return images.stream().filter(image -> image.name().equals(name)).findFirst();
    }

    /// How many bytes of the packs the images need: what somebody fetches who has nothing.
    public long storedBytes() {
        return frames.stream().mapToLong(Frame::stored).sum();
    }

    /// How many bytes of chunks the images are made of.
    public long plainBytes() {
        return chunks.stream().mapToLong(Chunk::bytes).sum();
    }

    /// The numbers of the chunks by their digests.
    public Map<Digest, Integer> numbers() {
        Map<Digest, Integer> numbers = HashMap.newHashMap(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            numbers.put(chunks.get(i).digest(), i);
        }
        return numbers;
    }

    /// Where each chunk lies in the images: by chunk, every piece of it.
    public List<List<Place>> places() {
        List<List<Place>> places = new ArrayList<>(chunks.size());
        for (int i = 0; i < chunks.size(); i++) {
            places.add(new ArrayList<>(1));
        }
        for (int i = 0; i < images.size(); i++) {
            for (Piece piece : images.get(i).pieces()) {
                if (!piece.isZeros()) {
                    places.get(piece.chunk()).add(new Place(i, piece));
                }
            }
        }
        return places;
    }

    /// Where a part of a chunk lies.
    ///
    /// @param image number of the image in the index
    public record Place(int image, Piece piece) {}
}
