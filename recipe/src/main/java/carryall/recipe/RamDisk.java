package carryall.recipe;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/// The kernel's initial RAM disk: a cpio archive of the form `newc` (Linux,
/// `Documentation/driver-api/early-userspace/buffer-format.rst`), not compressed.
///
/// Nearly all files in it are copies of files on the system disk. Laid at whole blocks, as a disk
/// has them, they are the same blocks: a release holds them once, and an update brings what changed
/// of them. For that, zeros stand behind the name before a file's content; the name ends at the
/// first.
final class RamDisk {
    private static final int BLOCK = 4096;
    private static final int HEADER = 110;
    private static final int DIGITS = 8;
    private static final int SIZE_AT = 6 + 6 * DIGITS;
    private static final int NAME_SIZE_AT = 6 + 11 * DIGITS;

    /// The kernel takes no longer ones.
    private static final int LONGEST_NAME = 4096;

    private static final String LAST = "TRAILER!!!";

    private final DataInputStream from;
    private final OutputStream to;
    private long read;
    private long written;

    private RamDisk(InputStream from, OutputStream to) {
        this.from = new DataInputStream(from);
        this.to = to;
    }

    /// Lays the files of an archive at whole blocks. What is no such archive, or has something
    /// behind it, stays as it is: a kernel reads it all the same.
    static void align(Path file) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        try {
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
                    OutputStream out =
                            new BufferedOutputStream(Files.newOutputStream(beside), 1 << 16)) {
                new RamDisk(in, out).copy();
            }
            Files.move(beside, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (EOFException | IllegalArgumentException other) {
            // It is compressed, or of another form.
        } finally {
            Files.deleteIfExists(beside);
        }
    }

    private void copy() throws IOException {
        String name = "";
        while (!name.equals(LAST)) {
            byte[] header = take(HEADER);
            if (!ascii(header, 0, 5).equals("07070")) {
                throw new IllegalArgumentException("no newc");
            }
            long size = number(header, SIZE_AT);
            long nameSize = number(header, NAME_SIZE_AT);
            if (nameSize < 1 || nameSize > LONGEST_NAME) {
                throw new IllegalArgumentException("no name");
            }
            byte[] nameBytes = take((int) nameSize);
            if (nameBytes[nameBytes.length - 1] != 0) {
                throw new IllegalArgumentException("a name without end");
            }
            name = ascii(nameBytes, 0, nameBytes.length).split("\0", 2)[0];
            skipTo(4);
            put(header, nameBytes, size);
            content(size);
            skipTo(4);
        }
        // GNU cpio fills its last 512 bytes up.
        for (byte rest : from.readAllBytes()) {
            if (rest != 0) {
                throw new IllegalArgumentException("something behind it");
            }
        }
    }

    private void put(byte[] header, byte[] name, long size) throws IOException {
        int length = size < BLOCK ? name.length : aligned(name.length);
        byte[] digits = "%08x".formatted(length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(digits, 0, header, NAME_SIZE_AT, DIGITS);
        give(header);
        give(name);
        give(new byte[length - name.length]);
        fillTo(4);
    }

    /// How long a name is with zeros, so that what follows begins a block; a long one stays.
    private int aligned(int length) {
        long least = written + HEADER + length;
        long end = (least + BLOCK - 1) / BLOCK * BLOCK;
        long longer = end - written - HEADER;
        return longer > LONGEST_NAME ? length : (int) longer;
    }

    private void content(long size) throws IOException {
        byte[] buffer = new byte[1 << 16];
        for (long left = size; left > 0; ) {
            int part = (int) Math.min(left, buffer.length);
            from.readFully(buffer, 0, part);
            to.write(buffer, 0, part);
            left -= part;
        }
        read += size;
        written += size;
        fillTo(4);
    }

    private byte[] take(int count) throws IOException {
        byte[] bytes = new byte[count];
        from.readFully(bytes);
        read += count;
        return bytes;
    }

    private void skipTo(int multiple) throws IOException {
        take((int) (-read & (multiple - 1)));
    }

    private void give(byte[] bytes) throws IOException {
        to.write(bytes);
        written += bytes.length;
    }

    private void fillTo(int multiple) throws IOException {
        give(new byte[(int) (-written & (multiple - 1))]);
    }

    private static String ascii(byte[] bytes, int from, int count) {
        return new String(bytes, from, count, StandardCharsets.ISO_8859_1);
    }

    private static long number(byte[] header, int at) {
        return Long.parseLong(ascii(header, at, DIGITS), 16);
    }
}
