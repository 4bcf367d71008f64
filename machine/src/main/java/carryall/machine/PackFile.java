package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.MemorySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;
import java.util.zip.CRC32C;

/// A file of pages, each different one once: pages one after the other and nothing else. For the
/// user alone.
final class PackFile implements AutoCloseable {
    private static final int BUFFER = 1 << 20;
    private static final int MOST_REMEMBERED = 1 << 20;

    private final Path file;
    private final FileChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER);
    private final ByteBuffer before = ByteBuffer.allocateDirect(MemorySink.PAGE);

    /// By check sum, open addressing: page number + 1, or 0.
    private int[] known = new int[1 << 12];

    private int[] sums = new int[1 << 12];
    private int remembered;
    private int pages;

    private PackFile(Path file, FileChannel channel) {
        this.file = file;
        this.channel = channel;
    }

    static PackFile create(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        return new PackFile(
                file,
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.CREATE_NEW,
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------"))));
    }

    String fileName() {
        return file.getFileName().toString();
    }

    long bytes() {
        return (long) pages * MemorySink.PAGE;
    }

    /// Adds a page unless the same one is there.
    ///
    /// @return its number in the pack
    int add(ByteBuffer page) throws IOException {
        CRC32C crc = new CRC32C();
        crc.update(page.duplicate());
        int sum = (int) crc.getValue();
        int slot = slot(sum);
        while (known[slot] != 0) {
            if (sums[slot] == sum && isAt(known[slot] - 1, page)) {
                return known[slot] - 1;
            }
            slot = (slot + 1) & (known.length - 1);
        }
        if (remembered < MOST_REMEMBERED) {
            known[slot] = pages + 1;
            sums[slot] = sum;
            remembered++;
            grow();
        }
        if (buffer.remaining() < MemorySink.PAGE) {
            flush();
        }
        buffer.put(page.duplicate());
        return pages++;
    }

    private int slot(int sum) {
        return ((sum * 0x9e3779b1) >>> 8) & (known.length - 1);
    }

    private void grow() {
        if (remembered * 2 <= known.length) {
            return;
        }
        int[] oldKnown = known;
        int[] oldSums = sums;
        known = new int[oldKnown.length * 2];
        sums = new int[known.length];
        for (int i = 0; i < oldKnown.length; i++) {
            if (oldKnown[i] != 0) {
                int slot = slot(oldSums[i]);
                while (known[slot] != 0) {
                    slot = (slot + 1) & (known.length - 1);
                }
                known[slot] = oldKnown[i];
                sums[slot] = oldSums[i];
            }
        }
    }

    private boolean isAt(int number, ByteBuffer page) throws IOException {
        long at = (long) number * MemorySink.PAGE;
        if (at + MemorySink.PAGE > channel.size()) {
            flush();
        }
        before.clear();
        while (before.hasRemaining()) {
            if (channel.read(before, at + before.position()) < 0) {
                return false;
            }
        }
        return before.flip().equals(page.duplicate());
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    /// Flushes all to disk; nothing is added afterwards.
    Digest finish() throws IOException {
        flush();
        channel.force(true);
        Arrays.fill(known, 0);
        return Digest.of(file);
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
