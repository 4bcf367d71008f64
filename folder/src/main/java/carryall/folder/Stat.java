package carryall.folder;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// What the host's kernel says of a file: `struct statx`.
record Stat(
        int mode,
        int links,
        int uid,
        int gid,
        long inode,
        long device,
        long mount,
        long size,
        long allocated,
        int rdevMajor,
        int rdevMinor,
        Time accessed,
        Time modified,
        Time changed) {
    static final int BYTES = 256;

    /// STATX_BASIC_STATS and STATX_MNT_ID.
    static final int MASK = 0x17ff;

    /// When something was.
    ///
    /// @param seconds since 1970
    /// @param nanos 0 to 999,999,999
    record Time(long seconds, int nanos) {
        /// NFS version 3 has 32 bits without sign.
        int wireSeconds() {
            return (int) Math.clamp(seconds, 0, 0xffff_ffffL);
        }

        boolean isSameOnWire(Time other) {
            return wireSeconds() == other.wireSeconds() && nanos == other.nanos;
        }
    }

    static Stat read(MemorySegment at) {
        return new Stat(
                Short.toUnsignedInt(at.get(ValueLayout.JAVA_SHORT, 28)),
                number(at, 16),
                number(at, 20),
                number(at, 24),
                at.get(ValueLayout.JAVA_LONG, 32),
                ((long) number(at, 136) << 32) | number(at, 140),
                at.get(ValueLayout.JAVA_LONG, 144),
                at.get(ValueLayout.JAVA_LONG, 40),
                at.get(ValueLayout.JAVA_LONG, 48) * 512,
                number(at, 128),
                number(at, 132),
                time(at, 64),
                time(at, 112),
                time(at, 96));
    }

    private static int number(MemorySegment at, long offset) {
        return at.get(ValueLayout.JAVA_INT, offset);
    }

    private static Time time(MemorySegment at, long offset) {
        return new Time(at.get(ValueLayout.JAVA_LONG, offset), number(at, offset + 8));
    }

    FileType type() {
        return FileType.of(mode);
    }

    boolean isSameFile(Stat other) {
        return inode == other.inode && device == other.device;
    }
}
