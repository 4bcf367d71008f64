package carryall.appliance;

import carryall.hypervisor.MemorySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.BitSet;

/// Writes a guest's memory as a file of its whole size, with holes for zeros, which machines can
/// map. One thread.
public final class MemoryImageFile implements MemorySink, AutoCloseable {
    private final FileChannel channel;
    private final int pages;
    private final BitSet written = new BitSet();

    private MemoryImageFile(FileChannel channel, int pages) {
        this.channel = channel;
        this.pages = pages;
    }

    /// A new file.
    ///
    /// @param memoryBytes a multiple of [MemorySink#PAGE]
    public static MemoryImageFile create(Path file, long memoryBytes) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        channel.write(ByteBuffer.allocate(1), memoryBytes - 1);
        return new MemoryImageFile(channel, Math.toIntExact(memoryBytes / PAGE));
    }

    @Override
    public void page(long offsetBytes, ByteBuffer page) throws IOException {
        ByteBuffer bytes = page.duplicate();
        while (bytes.hasRemaining()) {
            channel.write(bytes, offsetBytes + bytes.position() - page.position());
        }
        written.set((int) (offsetBytes / PAGE));
    }

    @Override
    public void zero(long offsetBytes) throws IOException {
        if (written.get((int) (offsetBytes / PAGE))) {
            page(offsetBytes, ByteBuffer.allocate(PAGE));
        }
    }

    /// Flushes the file to disk and says which pages of it were written.
    public MemoryIndex finish() throws IOException {
        channel.force(true);
        MemoryIndex.Collected runs = new MemoryIndex.Collected();
        for (int page = written.nextSetBit(0); page >= 0; page = written.nextSetBit(page + 1)) {
            runs.add(page, 1, page);
        }
        return runs.index(pages);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
