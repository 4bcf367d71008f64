package carryall.chunk;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// The images of an index, being put together in files. There is no list of what has arrived:
/// [#verified] reads it from the files themselves, so that whoever goes on after a cut believes
/// nothing but digests. Safe for many threads that place different chunks.
public final class Assembly implements Closeable {
    private final Index index;
    private final List<List<Index.Place>> places;
    private final List<FileChannel> files;

    private Assembly(Index index, List<FileChannel> files) {
        this.index = index;
        this.places = index.places();
        this.files = files;
    }

    /// Opens the files of the images, or makes them, as long as the images and without content.
    ///
    /// @param paths in the order of the images
    public static Assembly open(Index index, List<Path> paths) throws IOException {
        List<FileChannel> files = new ArrayList<>();
        Assembly assembly = new Assembly(index, files);
        try {
            for (int i = 0; i < paths.size(); i++) {
                FileChannel file =
                        FileChannel.open(
                                paths.get(i),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE);
                files.add(file);
                long size = index.images().get(i).sizeBytes();
                file.truncate(size);
                if (file.size() < size) {
                    file.write(ByteBuffer.allocate(1), size - 1);
                }
            }
            return assembly;
        } catch (IOException failed) {
            assembly.close();
            throw failed;
        }
    }

    /// Reads all files and says which chunks are there, everywhere where they belong.
    public BitSet verified() throws IOException {
        BitSet verified = new BitSet();
        MessageDigest sha256 = Digests.sha256();
        for (int i = 0; i < index.chunks().size(); i++) {
            Chunk chunk = index.chunks().get(i);
            byte[] bytes = new byte[chunk.bytes()];
            if (readEverywhere(places.get(i), bytes)
                    && Digests.of(sha256, bytes, 0, bytes.length).equals(chunk.digest())) {
                verified.set(i);
            }
        }
        return verified;
    }

    /// Whether what was written to several places is the same in each.
    private boolean readEverywhere(List<Index.Place> all, byte[] bytes) throws IOException {
        long have = 0;
        for (Index.Place place : all) {
            Piece piece = place.piece();
            byte[] part = new byte[(int) piece.blocks() * Block.SIZE];
            ByteBuffer buffer = ByteBuffer.wrap(part);
            FileChannel file = files.get(place.image());
            long at = piece.first() * Block.SIZE;
            while (buffer.hasRemaining() && at + buffer.position() < file.size()) {
                file.read(buffer, at + buffer.position());
            }
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
            int start = buffer.position();
            while (buffer.hasRemaining()) {
                files.get(place.image()).write(buffer, at + buffer.position() - start);
            }
        }
    }

    /// Flushes all files to disk.
    public void force() throws IOException {
        for (FileChannel file : files) {
            file.force(true);
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel file : files) {
            file.close();
        }
    }
}
