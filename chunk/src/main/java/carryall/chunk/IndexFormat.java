package carryall.chunk;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// An [Index] as bytes: `docs/formats/index.md`. What overlaps or goes backwards cannot be said in
/// it; nothing is allocated by a number that the bytes behind it do not bear out.
public final class IndexFormat {
    private static final byte[] MAGIC = "carrychk".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 1;
    private static final int ZEROS = 0;
    private static final int WHOLE = 1;
    private static final int PART = 2;
    private static final int MOST = 1 << 24;

    private IndexFormat() {}

    /// The bytes of an index; equal indexes have equal bytes.
    public static byte[] write(Index index) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(MAGIC);
        out.write(VERSION);
        Varints.write(out, index.packs().size());
        for (Pack pack : index.packs()) {
            Varints.write(out, pack.digest());
            Varints.write(out, pack.size());
        }
        Varints.write(out, index.frames().size());
        int pack = 0;
        long end = 0;
        for (Frame frame : index.frames()) {
            Varints.write(out, frame.pack() - pack);
            end = frame.pack() == pack ? end : 0;
            pack = frame.pack();
            Varints.write(out, frame.offset() - end);
            end = frame.offset() + frame.stored();
            Varints.write(out, frame.stored());
            Varints.write(out, frame.blocks());
            Varints.write(out, frame.chunks());
            int block = 0;
            int first = frame.firstChunk();
            for (Chunk chunk : index.chunks().subList(first, first + frame.chunks())) {
                Varints.write(out, chunk.frameBlock() - block);
                block = chunk.frameBlock() + chunk.blocks();
                Varints.write(out, chunk.blocks());
                Varints.write(out, chunk.digest());
            }
        }
        Varints.write(out, index.images().size());
        for (Image image : index.images()) {
            byte[] name = image.name().getBytes(StandardCharsets.US_ASCII);
            Varints.write(out, name.length);
            out.writeBytes(name);
            Varints.write(out, image.sizeBytes());
            writePieces(out, index.chunks(), image.pieces());
        }
        writeOpening(out, index.opening());
        return out.toByteArray();
    }

    private static void writeOpening(ByteArrayOutputStream out, List<Integer> opening) {
        Varints.write(out, opening.size());
        int expected = 0;
        for (int frame : opening) {
            Varints.write(out, Varints.zigzag(frame - expected));
            expected = frame + 1;
        }
    }

    private static void writePieces(
            ByteArrayOutputStream out, List<Chunk> chunks, List<Piece> pieces) {
        int expected = 0;
        for (Piece piece : pieces) {
            if (piece.isZeros()) {
                Varints.write(out, (piece.blocks() << 2) | ZEROS);
                continue;
            }
            long distance = Varints.zigzag(piece.chunk() - expected);
            expected = piece.chunk() + 1;
            if (piece.chunkBlock() == 0 && piece.blocks() == chunks.get(piece.chunk()).blocks()) {
                Varints.write(out, (distance << 2) | WHOLE);
            } else {
                Varints.write(out, (distance << 2) | PART);
                Varints.write(out, piece.chunkBlock());
                Varints.write(out, piece.blocks());
            }
        }
    }

    /// Reads an index.
    ///
    /// @param bytes at most [Index#LARGEST]
    /// @throws IllegalArgumentException if they are no index
    public static Index read(byte[] bytes) {
        if (bytes.length > Index.LARGEST) {
            throw new IllegalArgumentException("an index of " + bytes.length + " bytes");
        }
        try {
            return read(ByteBuffer.wrap(bytes));
        } catch (ArithmeticException overflow) {
            throw new IllegalArgumentException("a number that is too large", overflow);
        }
    }

    private static Index read(ByteBuffer in) {
        Varints.need(in, MAGIC.length + 1);
        byte[] magic = new byte[MAGIC.length];
        in.get(magic);
        if (!java.util.Arrays.equals(magic, MAGIC) || in.get() != VERSION) {
            throw new IllegalArgumentException("no index of version " + VERSION);
        }
        List<Pack> packs = new ArrayList<>();
        for (int n = Varints.read(in, MOST); n > 0; n--) {
            packs.add(new Pack(Varints.readDigest(in), Varints.read(in)));
        }
        List<Frame> frames = new ArrayList<>();
        List<Chunk> chunks = new ArrayList<>();
        int pack = 0;
        long end = 0;
        for (int n = Varints.read(in, MOST); n > 0; n--) {
            int step = Varints.read(in, MOST);
            end = step == 0 ? end : 0;
            pack = Math.addExact(pack, step);
            long offset = Math.addExact(end, Varints.read(in));
            int stored = Varints.read(in, 2 * Frame.LARGEST_BLOCKS * Block.SIZE);
            end = Math.addExact(offset, stored);
            int blocks = Varints.read(in, Frame.LARGEST_BLOCKS);
            int count = Varints.read(in, Frame.LARGEST_BLOCKS);
            frames.add(new Frame(pack, offset, stored, blocks, chunks.size(), count));
            int block = 0;
            for (int i = 0; i < count; i++) {
                block += Varints.read(in, Frame.LARGEST_BLOCKS);
                int length = Varints.read(in, Chunk.LARGEST_BLOCKS);
                chunks.add(new Chunk(Varints.readDigest(in), frames.size() - 1, block, length));
                block += length;
            }
        }
        List<Image> images = new ArrayList<>();
        for (int n = Varints.read(in, Index.MOST_IMAGES); n > 0; n--) {
            byte[] name = new byte[Varints.read(in, 32)];
            Varints.need(in, name.length);
            in.get(name);
            long size = Varints.read(in);
            if (size > Image.LARGEST) {
                throw new IllegalArgumentException("an image of " + size + " bytes");
            }
            List<Piece> pieces = readPieces(in, chunks, Block.count(size));
            images.add(new Image(new String(name, StandardCharsets.US_ASCII), size, pieces));
        }
        List<Integer> opening = readOpening(in, frames.size());
        if (in.hasRemaining()) {
            throw new IllegalArgumentException(in.remaining() + " bytes behind its end");
        }
        return new Index(packs, frames, chunks, images, opening);
    }

    private static List<Integer> readOpening(ByteBuffer in, int frames) {
        List<Integer> opening = new ArrayList<>();
        long expected = 0;
        for (int n = Varints.read(in, frames); n > 0; n--) {
            long frame = Math.addExact(expected, Varints.unzigzag(Varints.read(in)));
            opening.add(Math.toIntExact(frame));
            expected = frame + 1;
        }
        return opening;
    }

    private static List<Piece> readPieces(ByteBuffer in, List<Chunk> chunks, long blocks) {
        List<Piece> pieces = new ArrayList<>();
        int expected = 0;
        long block = 0;
        while (block < blocks) {
            long head = Varints.read(in);
            int kind = (int) (head & 3);
            long value = head >>> 2;
            Piece piece;
            if (kind == ZEROS) {
                piece = new Piece(block, value, Piece.ZEROS, 0);
            } else {
                int chunk = Math.toIntExact(Math.addExact(expected, Varints.unzigzag(value)));
                if (chunk < 0 || chunk >= chunks.size() || kind > PART) {
                    throw new IllegalArgumentException("a piece of no chunk: " + chunk);
                }
                expected = chunk + 1;
                piece =
                        kind == WHOLE
                                ? new Piece(block, chunks.get(chunk).blocks(), chunk, 0)
                                : part(in, block, chunk);
            }
            block = piece.end();
            pieces.add(piece);
        }
        return pieces;
    }

    private static Piece part(ByteBuffer in, long block, int chunk) {
        int first = Varints.read(in, Chunk.LARGEST_BLOCKS);
        return new Piece(block, Varints.read(in, Chunk.LARGEST_BLOCKS), chunk, first);
    }
}
