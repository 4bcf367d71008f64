package carryall.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/// What an ext4 file system holds of one file: `struct ext4_inode`, kernel.org, "ext4 Data
/// Structures and Algorithms", 4.1. Foreign: any number may be anything.
///
/// @param target of a link that is stored in the inode itself
record Inode(
        GuestFile.Kind kind,
        int mode,
        long uid,
        long gid,
        long sizeBytes,
        Instant modified,
        Optional<String> target) {
    /// Bytes of it that count here.
    static final int BYTES = 160;

    private static final int EXTENTS = 0x80000;
    private static final int INLINE = 0x10000000;
    private static final int LONGEST_INSIDE = 59;
    private static final int BLOCK = 0x28;

    /// @param bytes [#BYTES] of them, from the start
    static Inode of(byte[] bytes) {
        ByteBuffer raw = ByteBuffer.wrap(bytes, 0, BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int mode = Short.toUnsignedInt(raw.getShort(0));
        long size = Integer.toUnsignedLong(raw.getInt(4)) | (long) raw.getInt(0x6c) << 32;
        GuestFile.Kind kind = kind(mode);
        Optional<String> target = Optional.empty();
        if (kind == GuestFile.Kind.LINK
                && size <= LONGEST_INSIDE
                && size >= 0
                && (raw.getInt(0x20) & (EXTENTS | INLINE)) == 0) {
            target = Optional.of(new String(bytes, BLOCK, (int) size, StandardCharsets.ISO_8859_1));
        }
        return new Inode(
                kind,
                mode & 07777,
                Short.toUnsignedLong(raw.getShort(2))
                        | Short.toUnsignedLong(raw.getShort(0x78)) << 16,
                Short.toUnsignedLong(raw.getShort(0x18))
                        | Short.toUnsignedLong(raw.getShort(0x7a)) << 16,
                Math.max(0, size),
                modified(raw),
                target);
    }

    /// What a mode of 16 bits says.
    static GuestFile.Kind kind(long mode) {
        return switch ((int) (mode >> 12)) {
            case 8 -> GuestFile.Kind.FILE;
            case 4 -> GuestFile.Kind.FOLDER;
            case 10 -> GuestFile.Kind.LINK;
            default -> GuestFile.Kind.OTHER;
        };
    }

    private static Instant modified(ByteBuffer raw) {
        long seconds = raw.getInt(0x10);
        if (Short.toUnsignedInt(raw.getShort(0x80)) < 12) {
            return Instant.ofEpochSecond(seconds);
        }
        int extra = raw.getInt(0x88);
        return Instant.ofEpochSecond(seconds + ((extra & 3L) << 32), extra >>> 2);
    }

    GuestFile named(GuestName name, Optional<String> link) {
        return new GuestFile(name, kind, mode, uid, gid, sizeBytes, modified, link);
    }
}
