package carryall.chunk;

import carryall.crypto.Digest;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/// Codes what a release has and an earlier one has not.
public final class DeltaPacking {
    private static final int LEVEL = 19;
    private static final int PACK_BYTES = 32 << 20;
    private static final int WINDOWS_PER_BLOCK = 4;

    private DeltaPacking() {}

    /// A delta and what it holds.
    ///
    /// @param fresh its packs, in the folder, each under the digits of its digest
    public record Packed(Delta delta, List<Pack> fresh) {
        public Packed {
            fresh = List.copyOf(fresh);
        }
    }

    /// Codes the chunks of `target` that `base` has not.
    ///
    /// @param folder empty; for the packs
    /// @param progress told of the plain bytes that were coded since
    public static Packed pack(Space base, Space target, Path folder, LongConsumer progress)
            throws IOException {
        Similar similar = Similar.in(base);
        List<List<Integer>> groups = groups(base.index(), target.index());
        List<List<Index.Place>> places = target.index().places();
        Map<Integer, List<Delta.Window>> windows = new ConcurrentHashMap<>();
        List<Delta.Coded> frames = new ArrayList<>();
        try (Packer packer = new Packer(folder, PACK_BYTES)) {
            for (int i = 0; i < groups.size(); i++) {
                int number = i;
                packer.add(() -> {
                    byte[] plain = plain(target, groups.get(number), places);
                    List<Delta.Window> like = windows(similar, plain);
                    windows.put(number, like);
                    progress.accept(plain.length);
                    return compress(plain, prefix(base, like));
                });
            }
            List<Packer.Stored> stored = packer.finish();
            for (int i = 0; i < groups.size(); i++) {
                Packer.Stored at = stored.get(i);
                frames.add(
                        new Delta.Coded(
                                at.pack(),
                                at.offset(),
                                at.bytes(),
                                groups.get(i),
                                windows.getOrDefault(i, List.of())));
            }
            Digest baseDigest = Digest.of(IndexFormat.write(base.index()));
            Digest targetDigest = Digest.of(IndexFormat.write(target.index()));
            return new Packed(
                    new Delta(baseDigest, targetDigest, packer.packs(), frames), packer.packs());
        }
    }

    private static List<Delta.Window> windows(Similar similar, byte[] plain) {
        int blocks = plain.length / Block.SIZE;
        return similar.to(plain, Math.min(WINDOWS_PER_BLOCK * blocks, Delta.MOST_WINDOW_BLOCKS));
    }

    /// The chunks that are missing, in the order in which the images hold them.
    private static List<List<Integer>> groups(Index base, Index target) {
        Map<Digest, Integer> known = base.numbers();
        boolean[] done = new boolean[target.chunks().size()];
        List<List<Integer>> groups = new ArrayList<>();
        for (Image image : target.images()) {
            int blocks = Packing.FRAME_BLOCKS + 1;
            for (Piece piece : image.pieces()) {
                if (piece.isZeros() || done[piece.chunk()]) {
                    continue;
                }
                done[piece.chunk()] = true;
                Chunk chunk = target.chunks().get(piece.chunk());
                if (known.containsKey(chunk.digest())) {
                    continue;
                }
                blocks += chunk.blocks();
                if (blocks > Packing.FRAME_BLOCKS) {
                    groups.add(new ArrayList<>());
                    blocks = chunk.blocks();
                }
                groups.getLast().add(piece.chunk());
            }
        }
        return groups;
    }

    private static byte[] plain(Space target, List<Integer> numbers, List<List<Index.Place>> places)
            throws IOException {
        List<Chunk> chunks = numbers.stream().map(target.index().chunks()::get).toList();
        byte[] plain = new byte[chunks.stream().mapToInt(Chunk::bytes).sum()];
        int at = 0;
        for (int i = 0; i < chunks.size(); i++) {
            byte[] bytes = target.chunk(numbers.get(i), places.get(numbers.get(i)));
            System.arraycopy(bytes, 0, plain, at, bytes.length);
            at += bytes.length;
        }
        return plain;
    }

    /// The bytes before a coded frame.
    static byte[] prefix(Space base, List<Delta.Window> windows) throws IOException {
        byte[] prefix =
                new byte[windows.stream().mapToInt(Delta.Window::blocks).sum() * Block.SIZE];
        int at = 0;
        for (Delta.Window window : windows) {
            base.read(window.first(), window.blocks(), prefix, at);
            at += window.blocks() * Block.SIZE;
        }
        return prefix;
    }

    private static byte[] compress(byte[] plain, byte[] prefix) {
        try (ZstdCompressCtx context = new ZstdCompressCtx()) {
            context.setLevel(LEVEL).setContentSize(true).setChecksum(false);
            if (prefix.length > 0) {
                context.loadDict(prefix, ZstdDictContentType.RAW_CONTENT);
            }
            return context.compress(plain);
        }
    }
}
