package carryall.chunk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The images of an index, being put together in files. There is no list of what has arrived:
/// whether a chunk is here is read from the files themselves, once, so that whoever goes on after a
/// cut believes nothing but digests. Safe for many threads; other processes may place chunks in the
/// same files at the same time.
public final class Assembly implements Closeable {
    private final Index index;
    private final List<List<Index.Place>> places;
    private final List<ImageFile> files;

    /// Chunks that are known to be here, and chunks of which it is known whether they are; both
    /// guarded by this object.
    private final BitSet here = new BitSet();

    private final BitSet examined = new BitSet();
    private long hereBytes;

    private Assembly(Index index, List<ImageFile> files) {
        this.index = index;
        this.places = index.places();
        this.files = files;
    }

    /// Opens the files of the images, or makes them, as long as the images and without content.
    ///
    /// @param paths in the order of the images
    public static Assembly open(Index index, List<Path> paths) throws IOException {
        List<ImageFile> files = new ArrayList<>();
        Assembly assembly = new Assembly(index, files);
        try {
            BitSet fresh = new BitSet();
            for (int i = 0; i < paths.size(); i++) {
                fresh.set(i, !Files.exists(paths.get(i)));
                files.add(ImageFile.open(paths.get(i), index.images().get(i).sizeBytes()));
            }
            for (int i = 0; i < index.chunks().size(); i++) {
                boolean isNowhere =
                        assembly.places.get(i).stream().anyMatch(place -> fresh.get(place.image()));
                assembly.examined.set(i, isNowhere);
            }
            return assembly;
        } catch (IOException failed) {
            assembly.close();
            throw failed;
        }
    }

    /// Whether a chunk is here, everywhere where it belongs; reads it if that is not known.
    ///
    /// @param number of the chunk in the index
    public boolean has(int number) throws IOException {
        synchronized (this) {
            if (examined.get(number)) {
                return here.get(number);
            }
        }
        Chunk chunk = index.chunks().get(number);
        byte[] bytes = new byte[chunk.bytes()];
        // What was never written reads as zeros, and no chunk is all zeros.
        boolean is =
                readEverywhere(places.get(number), bytes)
                        && !Block.areZero(bytes)
                        && Digests.of(Digests.sha256(), bytes, 0, bytes.length)
                                .equals(chunk.digest());
        note(number, is);
        return is;
    }

    private synchronized void note(int number, boolean is) {
        // What was placed meanwhile is here, whatever was read before.
        if (is && !here.get(number)) {
            here.set(number);
            hereBytes += index.chunks().get(number).bytes();
        }
        examined.set(number);
    }

    /// Forgets that a chunk was not here: another process may have placed it.
    public synchronized void doubt(int number) {
        if (!here.get(number)) {
            examined.clear(number);
        }
    }

    /// Which chunks are here; reads all of which it is not known.
    public BitSet verified() throws IOException {
        BitSet verified = new BitSet();
        for (int i = 0; i < index.chunks().size(); i++) {
            verified.set(i, has(i));
        }
        return verified;
    }

    /// How many bytes of chunks are known to be here, of [Index#plainBytes].
    public synchronized long hereBytes() {
        return hereBytes;
    }

    /// Reads a part of an image, of which all chunks are here.
    ///
    /// @param image number of the image in the index
    /// @param offset 0 and more
    /// @param into filled; the part ends at the image's end at most
    public void read(int image, long offset, ByteBuffer into) throws IOException {
        files.get(image).read(into, offset);
    }

    /// Whether what was written to several places is the same in each.
    private boolean readEverywhere(List<Index.Place> all, byte[] bytes) throws IOException {
        long have = 0;
        for (Index.Place place : all) {
            Piece piece = place.piece();
            byte[] part = new byte[(int) piece.blocks() * Block.SIZE];
            long at = piece.first() * Block.SIZE;
            long end = index.images().get(place.image()).sizeBytes();
            int length = (int) Math.min(part.length, end - at);
            files.get(place.image()).read(ByteBuffer.wrap(part, 0, length), at);
            for (int i = 0; i < piece.blocks(); i++) {
                int block = piece.chunkBlock() + i;
                int to = block * Block.SIZE;
                int from = i * Block.SIZE;
                if (((have >>> block) & 1) == 0) {
                    System.arraycopy(part, from, bytes, to, Block.SIZE);
                    have |= 1L << block;
                } else if (!java.util.Arrays.equals(
                        part, from, from + Block.SIZE, bytes, to, to + Block.SIZE)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Checks a chunk and writes it wherever it belongs.
    ///
    /// @param number of the chunk in the index
    /// @param bytes holds it from `offset` on
    /// @throws ChunkException.ChunkDamaged if it is not what the index says; nothing is written
    public void place(int number, byte[] bytes, int offset) throws IOException {
        Chunk chunk = index.chunks().get(number);
        if (!Digests.of(Digests.sha256(), bytes, offset, chunk.bytes()).equals(chunk.digest())) {
            throw new ChunkException.ChunkDamaged(chunk.digest());
        }
        for (Index.Place place : places.get(number)) {
            Piece piece = place.piece();
            long at = piece.first() * Block.SIZE;
            long end = index.images().get(place.image()).sizeBytes();
            int length = (int) Math.min(piece.blocks() * Block.SIZE, end - at);
            ByteBuffer buffer =
                    ByteBuffer.wrap(bytes, offset + piece.chunkBlock() * Block.SIZE, length);
            files.get(place.image()).write(buffer, at);
        }
        note(number, true);
    }

    /// Flushes all files to disk.
    public void force() throws IOException {
        for (ImageFile file : files) {
            file.force();
        }
    }

    @Override
    public void close() throws IOException {
        for (ImageFile file : files) {
            file.close();
        }
    }
}
