package carryall.block;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What is mounted: one directory with files in it, as the kernel knows them, by number: 1 is the
/// directory, 2 the first file. Nothing of it ever changes, so the kernel may remember it all.
///
/// @param userId whom it all belongs to
/// @param groupId likewise
record FuseFiles(List<Named> files, int userId, int groupId) {
    static final long DIRECTORY = 1;
    private static final long FIRST = 2;
    private static final int LONGEST_NAME = 255;
    private static final long FOR_EVER_SECONDS = 1L << 31;
    private static final int MODE_DIRECTORY = 0040555;

    /// May be opened for writing, as some map it only so; writes are refused all the same.
    private static final int MODE_FILE = 0100666;

    private static final int TYPE_DIRECTORY = 4;
    private static final int TYPE_FILE = 8;
    private static final int BLOCK = 4096;

    record Named(String name, BlockDevice device) {}

    static FuseFiles of(Map<String, BlockDevice> devices, int userId, int groupId) {
        List<Named> files =
                new TreeMap<>(devices)
                        .entrySet().stream()
                                .map(entry -> new Named(plain(entry.getKey()), entry.getValue()))
                                .toList();
        return new FuseFiles(files, userId, groupId);
    }

    private static String plain(String name) {
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf(0) >= 0
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new IllegalArgumentException("no name of a file: " + name);
        }
        return name;
    }

    Optional<BlockDevice> device(long node) {
        long number = node - FIRST;
        return number >= 0 && number < files.size()
                ? Optional.of(files.get((int) number).device())
                : Optional.empty();
    }

    boolean has(long node) {
        return node == DIRECTORY || device(node).isPresent();
    }

    /// The number of the file with a name, a C string.
    Optional<Long> lookUp(ByteBuffer name) {
        for (int i = 0; i < files.size(); i++) {
            byte[] own = files.get(i).name().getBytes(StandardCharsets.UTF_8);
            if (name.remaining() == own.length + 1
                    && name.slice(name.position(), own.length).equals(ByteBuffer.wrap(own))) {
                return Optional.of(FIRST + i);
            }
        }
        return Optional.empty();
    }

    /// Puts a `fuse_entry_out`.
    void putEntry(long node, ByteBuffer out) {
        out.putLong(node).putLong(0).putLong(FOR_EVER_SECONDS).putLong(FOR_EVER_SECONDS).putLong(0);
        putAttributes(node, out);
    }

    /// Puts a `fuse_attr_out`.
    void putAttributesReply(long node, ByteBuffer out) {
        out.putLong(FOR_EVER_SECONDS).putLong(0);
        putAttributes(node, out);
    }

    private void putAttributes(long node, ByteBuffer out) {
        long size = device(node).map(BlockDevice::size).orElse(0L);
        out.putLong(node).putLong(size).putLong((size + 511) / 512);
        out.putLong(0).putLong(0).putLong(0); // times: 1970
        out.putInt(0).putInt(0).putInt(0);
        out.putInt(node == DIRECTORY ? MODE_DIRECTORY : MODE_FILE);
        out.putInt(node == DIRECTORY ? 2 : 1).putInt(userId).putInt(groupId);
        out.putInt(0).putInt(BLOCK).putInt(0);
    }

    /// Puts as many `fuse_dirent` as fit.
    ///
    /// @param from which entry is the first
    /// @param most bytes
    void putNames(long from, int most, ByteBuffer out) {
        int end = out.position() + Math.min(most, out.remaining());
        for (long i = Math.max(0, from); i < files.size() + 2L; i++) {
            String text = i < 2 ? ".".repeat((int) i + 1) : files.get((int) i - 2).name();
            byte[] name = text.getBytes(StandardCharsets.UTF_8);
            int padded = (name.length + 7) / 8 * 8;
            if (end - out.position() < 24 + padded) {
                return;
            }
            out.putLong(i < 2 ? DIRECTORY : FIRST + i - 2).putLong(i + 1);
            out.putInt(name.length).putInt(i < 2 ? TYPE_DIRECTORY : TYPE_FILE).put(name);
            out.put(new byte[padded - name.length]);
        }
    }

    /// Puts a `fuse_kstatfs`.
    void putFigures(ByteBuffer out) {
        long blocks = files.stream().mapToLong(file -> file.device().size() / BLOCK).sum();
        out.putLong(blocks).putLong(0).putLong(0).putLong(files.size()).putLong(0);
        out.putInt(BLOCK).putInt(LONGEST_NAME).putInt(BLOCK);
        out.put(new byte[28]);
    }
}
