package carryall.folder;

import carryall.libc.Libc;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/// Reads and writes an open regular file.
final class Content {
    private Content() {}

    /// Reads up to what the buffer has room for, or up to the file's end.
    ///
    /// @param into direct
    static void read(Descriptor file, long offset, ByteBuffer into) throws Refused {
        long at = offset;
        while (into.hasRemaining()) {
            int some = call("pread64", file, into, at);
            if (some == 0) {
                return;
            }
            into.position(into.position() + some);
            at += some;
        }
    }

    /// Writes all of it.
    ///
    /// @param from direct
    static void write(Descriptor file, long offset, ByteBuffer from) throws Refused {
        long at = offset;
        while (from.hasRemaining()) {
            int some = call("pwrite64", file, from, at);
            from.position(from.position() + some);
            at += some;
        }
    }

    private static int call(String function, Descriptor file, ByteBuffer buffer, long at)
            throws Refused {
        while (true) {
            try {
                return Libc.call(
                        function,
                        file.number(),
                        MemorySegment.ofBuffer(buffer).address(),
                        buffer.remaining(),
                        at);
            } catch (Libc.Failed failed) {
                if (failed.errno() != Libc.EINTR) {
                    throw new Refused(failed);
                }
            }
        }
    }

    static void setSize(Descriptor file, long size) throws Refused {
        call("ftruncate64", file, size);
    }

    /// Has a file, or a directory's names, on disk.
    static void flush(Descriptor file) throws Refused {
        call("fsync", file, 0);
    }

    private static void call(String function, Descriptor file, long word) throws Refused {
        try {
            Libc.call(function, file.number(), word);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }
}
