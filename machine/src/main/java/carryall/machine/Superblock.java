package carryall.machine;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;

/// What an ext4 file system says of itself: `struct ext4_super_block`, kernel.org, "ext4 Data
/// Structures and Algorithms", 4.1. Foreign: no number is used before it was found to be possible.
///
/// @param needsRecovery whether its journal holds what is not in place yet: it is mounted, or its
///   machine was not shut down
/// @param usedBytes what is not free, its own tables included
record Superblock(boolean needsRecovery, long sizeBytes, long usedBytes) {
    private static final int OFFSET = 1024;
    private static final int BYTES = 1024;
    private static final int MAGIC = 0xef53;
    private static final int RECOVER = 4;
    private static final int META_GROUPS = 0x10;
    private static final int WIDE = 0x80;
    private static final int MOST_GROUPS = 1 << 18;
    private static final int AT_ONCE = 64;

    /// A disk to read from.
    interface Source {
        void read(long offset, ByteBuffer into) throws IOException;
    }

    /// Reads it; empty if there is none. The free blocks are those of the groups: the sum that
    /// stands in the superblock is as old as the last time it was unmounted.
    static Optional<Superblock> read(Source disk, long diskBytes) throws IOException {
        if (diskBytes < OFFSET + BYTES) {
            return Optional.empty();
        }
        ByteBuffer raw = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        disk.read(OFFSET, raw);
        int incompatible = raw.getInt(0x60);
        boolean isWide = (incompatible & WIDE) != 0;
        long blocks =
                Integer.toUnsignedLong(raw.getInt(4))
                        | (isWide ? (long) raw.getInt(0x150) << 32 : 0);
        int log = raw.getInt(0x18);
        long perGroup = Integer.toUnsignedLong(raw.getInt(0x20));
        long first = Integer.toUnsignedLong(raw.getInt(0x14));
        if (Short.toUnsignedInt(raw.getShort(0x38)) != MAGIC
                || log < 0
                || log > 6
                || perGroup < 8
                || blocks <= first
                || blocks > diskBytes / (1024L << log)) {
            return Optional.empty();
        }
        int block = 1024 << log;
        long groups = (blocks - first + perGroup - 1) / perGroup;
        int each = isWide ? Short.toUnsignedInt(raw.getShort(0xfe)) : 32;
        long free;
        if ((incompatible & META_GROUPS) != 0
                || each < 32
                || each > 1024
                || groups > MOST_GROUPS
                || groups * each > diskBytes - (first + 1) * block) {
            free =
                    Integer.toUnsignedLong(raw.getInt(0xc))
                            | (isWide ? (long) raw.getInt(0x158) << 32 : 0);
        } else {
            free = free(disk, (first + 1) * block, (int) groups, each);
        }
        return Optional.of(
                new Superblock(
                        (incompatible & RECOVER) != 0,
                        blocks * block,
                        Math.clamp(blocks - free, 0, blocks) * block));
    }

    private static long free(Source disk, long offset, int groups, int each) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(AT_ONCE * each).order(ByteOrder.LITTLE_ENDIAN);
        long free = 0;
        for (int group = 0; group < groups; group += AT_ONCE) {
            int count = Math.min(AT_ONCE, groups - group);
            some.clear().limit(count * each);
            disk.read(offset + (long) group * each, some);
            for (int at = 0; at < count * each; at += each) {
                free += Short.toUnsignedLong(some.getShort(at + 0xc));
                if (each >= 64) {
                    free += Short.toUnsignedLong(some.getShort(at + 0x2c)) << 16;
                }
            }
        }
        return free;
    }
}
