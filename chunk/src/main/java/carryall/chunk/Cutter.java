package carryall.chunk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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
/// disk's chunks, block by block; the others become chunks in the order of the memory. Only pages
/// that are touched first are [chunks of their own][TouchedPages], whether a disk has them or not.
final class Cutter {
    private static final int LEAST = 4;
    private static final int MEAN = 14;
    private static final int ZERO_RUN = 4;
    private static final int READ = 256;

    private final List<Source> sources;
    private final LongConsumer progress;
    private final Cuts cuts;
    private final TouchedPages touched;

    private Cutter(List<Source> sources, Cuts cuts, TouchedPages touched, LongConsumer progress) {
        this.sources = sources;
        this.cuts = cuts;
        this.touched = touched;
        this.progress = progress;
    }

    /// Cuts pages that are touched first, then disks, then memories.
    ///
    /// @param opening what is touched, in that order
    /// @param progress told of the bytes that were cut since
    static Draft cut(List<Source> sources, List<Touch> opening, LongConsumer progress)
            throws IOException {
        Cuts cuts = new Cuts(sources);
        TouchedPages touched = TouchedPages.gather(sources, opening, cuts);
        Cutter cutter = new Cutter(sources, cuts, touched, progress);
        Image[] images = new Image[sources.size()];
        for (Part.Kind kind : Part.Kind.values()) {
            for (int i = 0; i < images.length; i++) {
                if (sources.get(i).kind() == kind) {
                    images[i] = kind == Part.Kind.DISK ? cutter.byContent(i) : cutter.byPage(i);
                }
            }
        }
        return new Draft(cuts.all(), List.of(images));
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
                    pieces.add(length, cuts.chunk(number, first + at, buffer, at, length), 0);
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

    private Image byPage(int number) throws IOException {
        Source source = sources.get(number);
        Pieces pieces = new Pieces();
        byte[] buffer = new byte[READ * Block.SIZE];
        Cuts.Gathered gathered = cuts.new Gathered(number, Chunk.LARGEST_BLOCKS);
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
                long found = touched.place(number, first + i);
                if (found == BlockTable.NONE) {
                    found = cuts.find(buffer, offset);
                }
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
