package carryall.chunk;

import carryall.crypto.Digest;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.zip.CRC32C;

/// Cuts images into chunks. One thread.
///
/// A disk is cut by its content, so that what moves as a whole is cut alike again: behind each
/// block whose checksum is a multiple of a number, but not before so many blocks and at the latest
/// after so many; and where zeros begin and end. A block's checksum depends on no other block, so
/// two images that differ are cut alike again after a chunk or two.
///
/// A memory holds pages of files that stand on the disk too, anywhere. Those become pieces of the
/// disk's chunks, block by block; the others become chunks in the order of the memory.
final class Cutter {
    private static final int LEAST = 4;
    private static final int MEAN = 14;
    private static final int ZERO_RUN = 4;
    private static final int READ = 256;

    private final List<Source> sources;
    private final LongConsumer progress;
    private final List<Draft.Cut> chunks = new ArrayList<>();
    private final Map<Digest, Integer> numbers = new HashMap<>();
    private final BlockTable table = new BlockTable();
    private final MessageDigest sha256 = Digests.sha256();

    private Cutter(List<Source> sources, LongConsumer progress) {
        this.sources = sources;
        this.progress = progress;
    }

    /// Cuts disks, then memories.
    ///
    /// @param progress told of the bytes that were cut since
    static Draft cut(List<Source> sources, LongConsumer progress) throws IOException {
        Cutter cutter = new Cutter(sources, progress);
        Image[] images = new Image[sources.size()];
        for (Part.Kind kind : Part.Kind.values()) {
            for (int i = 0; i < images.length; i++) {
                if (sources.get(i).kind() == kind) {
                    images[i] = kind == Part.Kind.DISK ? cutter.byContent(i) : cutter.byPage(i);
                }
            }
        }
        return new Draft(cutter.chunks, List.of(images));
    }

    private Image byContent(int number) throws IOException {
        Source source = sources.get(number);
        Pieces pieces = new Pieces();
        byte[] buffer = new byte[(READ + Chunk.LARGEST_BLOCKS) * Block.SIZE];
        long blocks = source.blocks();
        long next = 0;
        int held = 0;
        long first = 0;
        while (first < blocks) {
            int more = (int) Math.min(READ + Chunk.LARGEST_BLOCKS - held, blocks - next);
            source.read(next, more, buffer, held * Block.SIZE);
            next += more;
            held += more;
            int at = 0;
            // A chunk is cut only where all that could belong to it is at hand.
            while (at < held && (held - at >= Chunk.LARGEST_BLOCKS || next == blocks)) {
                int length = zeros(buffer, at, held);
                if (length >= ZERO_RUN || (length > 0 && at + length == held && next == blocks)) {
                    pieces.add(length, Piece.ZEROS, 0);
                } else {
                    length = length(buffer, at, held);
                    pieces.add(length, chunk(number, first + at, buffer, at, length), 0);
                }
                at += length;
            }
            progress.accept((long) at * Block.SIZE);
            first += at;
            held -= at;
            System.arraycopy(buffer, at * Block.SIZE, buffer, 0, held * Block.SIZE);
        }
        return new Image(source.name(), source.size(), pieces.all());
    }

    private static int zeros(byte[] buffer, int from, int held) {
        int count = 0;
        while (from + count < held && Block.isZero(buffer, (from + count) * Block.SIZE)) {
            count++;
        }
        return count;
    }

    /// How many blocks from here on are one chunk.
    private static int length(byte[] buffer, int from, int held) {
        int most = Math.min(Chunk.LARGEST_BLOCKS, held - from);
        CRC32C crc = new CRC32C();
        for (int i = 0; i < most; i++) {
            crc.reset();
            crc.update(buffer, (from + i) * Block.SIZE, Block.SIZE);
            boolean cutHere = i + 1 >= LEAST && crc.getValue() % MEAN == 0;
            if (cutHere
                    || (i + 1 < most
                            && zeros(buffer, from + i + 1, Math.min(held, from + i + 1 + ZERO_RUN))
                                    == ZERO_RUN)) {
                return i + 1;
            }
        }
        return most;
    }

    private int chunk(int source, long block, byte[] buffer, int at, int length) {
        Digest digest = Digests.of(sha256, buffer, at * Block.SIZE, length * Block.SIZE);
        Integer known = numbers.get(digest);
        if (known != null) {
            return known;
        }
        int[] blocks = new int[length];
        for (int i = 0; i < length; i++) {
            blocks[i] = Math.toIntExact(block + i);
            table.put(buffer, (at + i) * Block.SIZE, chunks.size(), i);
        }
        return add(new Draft.Cut(digest, source, blocks));
    }

    private int add(Draft.Cut cut) {
        numbers.put(cut.digest(), chunks.size());
        chunks.add(cut);
        return chunks.size() - 1;
    }

    private Image byPage(int number) throws IOException {
        Source source = sources.get(number);
        Pieces pieces = new Pieces();
        byte[] buffer = new byte[READ * Block.SIZE];
        Gathered gathered = new Gathered(number);
        long blocks = source.blocks();
        for (long first = 0; first < blocks; first += READ) {
            int count = (int) Math.min(READ, blocks - first);
            source.read(first, count, buffer, 0);
            for (int i = 0; i < count; i++) {
                int offset = i * Block.SIZE;
                if (Block.isZero(buffer, offset)) {
                    pieces.add(1, Piece.ZEROS, 0);
                    continue;
                }
                long found = table.find(buffer, offset, this::same);
                if (found == BlockTable.NONE) {
                    found = gathered.add(buffer, offset, Math.toIntExact(first + i));
                }
                pieces.add(1, BlockTable.chunk(found), BlockTable.block(found));
            }
            progress.accept((long) count * Block.SIZE);
        }
        gathered.end();
        return new Image(source.name(), source.size(), pieces.all());
    }

    /// Whether a block of a chunk is really the same: the table only knows checksums.
    private boolean same(int chunk, int block, byte[] buffer, int offset) throws IOException {
        Draft.Cut cut = chunks.get(chunk);
        byte[] other = new byte[Block.SIZE];
        sources.get(cut.source()).read(cut.blocks()[block], 1, other, 0);
        return Arrays.equals(other, 0, Block.SIZE, buffer, offset, offset + Block.SIZE);
    }

    /// Pages that become a chunk when there are enough of them.
    private final class Gathered {
        private final int source;
        private final int[] pages = new int[Chunk.LARGEST_BLOCKS];
        private final byte[] bytes = new byte[Chunk.LARGEST_BLOCKS * Block.SIZE];
        private int count;

        Gathered(int source) {
            this.source = source;
        }

        long add(byte[] buffer, int offset, int page) {
            if (count == pages.length) {
                end();
            }
            if (count == 0) {
                // Its place is taken; its digest is known when it is full.
                chunks.add(new Draft.Cut(Digest.of(new byte[0]), source, new int[0]));
            }
            System.arraycopy(buffer, offset, bytes, count * Block.SIZE, Block.SIZE);
            pages[count] = page;
            // Not in the table yet: a page that comes again soon costs less than a chunk that is
            // read before it is whole.
            count++;
            return BlockTable.place(chunks.size() - 1, count - 1);
        }

        void end() {
            if (count == 0) {
                return;
            }
            int chunk = chunks.size() - 1;
            Draft.Cut cut =
                    new Draft.Cut(
                            Digests.of(sha256, bytes, 0, count * Block.SIZE),
                            source,
                            Arrays.copyOf(pages, count));
            chunks.set(chunk, cut);
            numbers.put(cut.digest(), chunk);
            for (int i = 0; i < count; i++) {
                table.put(bytes, i * Block.SIZE, chunk, i);
            }
            count = 0;
        }
    }

    /// Joins what follows.
    private static final class Pieces {
        private final List<Piece> done = new ArrayList<>();
        private long first;
        private long blocks;
        private int chunk = Piece.ZEROS;
        private int chunkBlock;

        void add(int count, int ofChunk, int ofBlock) {
            boolean follows =
                    blocks > 0
                            && ofChunk == chunk
                            && (chunk == Piece.ZEROS || ofBlock == chunkBlock + blocks);
            if (!follows) {
                end();
                chunk = ofChunk;
                chunkBlock = ofBlock;
            }
            blocks += count;
        }

        private void end() {
            if (blocks > 0) {
                done.add(new Piece(first, blocks, chunk, chunkBlock));
                first += blocks;
                blocks = 0;
            }
        }

        List<Piece> all() {
            end();
            return done;
        }
    }
}
