package carryall.machine;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// A disk's layers over its base, to read a few bytes of them without QEMU: QEMU's
/// `docs/interop/qcow2.txt`. The layers are foreign; what is not of the plainest form is refused,
/// and what lies under a layer is what is said here, whatever the layer says.
final class LayeredDisk implements Superblock.Source, Closeable {
    private static final int MAGIC = 0x514649fb;
    private static final int HEADER = 104;
    private static final long PLACE = 0x00fffffffffffe00L;
    private static final long COMPRESSED = 1L << 62;
    private static final int MOST_TABLE = 1 << 25;

    private final FileChannel base;

    /// The highest first.
    private final List<Image> images;

    private LayeredDisk(FileChannel base, List<Image> images) {
        this.base = base;
        this.images = images;
    }

    private record Image(FileChannel file, long size, int clusterBits, long tableAt, int entries) {}

    /// Opens a disk.
    ///
    /// @param layers from the lowest
    static LayeredDisk open(Path base, List<Path> layers) throws IOException {
        List<Image> images = new ArrayList<>();
        LayeredDisk disk = new LayeredDisk(FileChannel.open(base, StandardOpenOption.READ), images);
        try {
            for (Path layer : layers) {
                images.addFirst(image(layer));
            }
            return disk;
        } catch (IOException | RuntimeException failure) {
            disk.close();
            throw failure;
        }
    }

    private static Image image(Path layer) throws IOException {
        FileChannel file = FileChannel.open(layer, StandardOpenOption.READ);
        try {
            ByteBuffer header = ByteBuffer.allocate(HEADER);
            fill(file, 0, header);
            int version = header.getInt(4);
            int bits = header.getInt(20);
            int entries = header.getInt(36);
            // Dirty and corrupt do not change where anything lies.
            long incompatible = version >= 3 ? header.getLong(72) & ~3 : 0;
            if (header.getInt(0) != MAGIC
                    || version < 2
                    || version > 3
                    || bits < 9
                    || bits > 21
                    || entries < 0
                    || entries > MOST_TABLE / 8
                    || header.getInt(32) != 0
                    || incompatible != 0
                    || header.getLong(24) < 0) {
                throw new IOException(layer + " is no plain qcow2 layer");
            }
            return new Image(file, header.getLong(24), bits, header.getLong(40), entries);
        } catch (IOException | RuntimeException failure) {
            file.close();
            throw failure;
        }
    }

    /// The size that a layer says its disk has.
    static long size(Path layer) throws IOException {
        Image image = image(layer);
        image.file.close();
        return image.size;
    }

    /// Bytes of the whole disk.
    long size() throws IOException {
        return images.isEmpty() ? base.size() : images.getFirst().size;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int length = (int) Math.min(512 - at % 512, into.remaining());
            sector(at, into.slice(into.position(), length));
            into.position(into.position() + length);
            at += length;
        }
    }

    /// Bytes that lie in one sector, and so in one cluster of each layer.
    private void sector(long offset, ByteBuffer into) throws IOException {
        for (Image image : images) {
            long entry = entry(image, offset);
            if ((entry & COMPRESSED) != 0) {
                throw new IOException("a compressed layer");
            }
            if ((entry & 1) != 0) {
                into.put(new byte[into.remaining()]);
                return;
            }
            if ((entry & PLACE) != 0) {
                fill(image.file, (entry & PLACE) + offset % (1L << image.clusterBits), into);
                return;
            }
        }
        if (offset + into.remaining() <= base.size()) {
            fill(base, offset, into);
        } else {
            into.put(new byte[into.remaining()]);
        }
    }

    /// Where a layer holds a byte; 0 if it does not.
    private static long entry(Image image, long offset) throws IOException {
        int bits = image.clusterBits;
        long number = offset >>> (bits + bits - 3);
        if (offset >= image.size || number >= image.entries) {
            return 0;
        }
        long table = word(image.file, image.tableAt + 8 * number) & PLACE;
        long slot = (offset >>> bits) & ((1L << (bits - 3)) - 1);
        return table == 0 ? 0 : word(image.file, table + 8 * slot);
    }

    private static long word(FileChannel file, long offset) throws IOException {
        ByteBuffer word = ByteBuffer.allocate(8);
        fill(file, offset, word);
        return word.getLong(0);
    }

    private static void fill(FileChannel file, long offset, ByteBuffer into) throws IOException {
        ByteBuffer rest = into.duplicate();
        long at = offset;
        while (rest.hasRemaining()) {
            int read = at < 0 ? -1 : file.read(rest, at);
            if (read < 0) {
                throw new EOFException("a layer that is cut");
            }
            at += read;
        }
    }

    @Override
    public void close() throws IOException {
        for (Image image : images) {
            image.file.close();
        }
        base.close();
    }
}
