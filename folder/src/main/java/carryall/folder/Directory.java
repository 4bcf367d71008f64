package carryall.folder;

import carryall.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// Reads the names in a directory, in the host's order.
final class Directory {
    private static final int BYTES = 64 << 10;
    private static final int NAME_AT = 19;
    private static final int LENGTH_AT = 16;

    private Directory() {}

    interface Visitor {
        /// Looks at one.
        ///
        /// @return whether to go on
        boolean visit(Name name) throws Refused;
    }

    /// Looks at each name until the visitor has enough.
    ///
    /// @param found not opened
    static void list(Descriptor found, Visitor visitor) throws Refused {
        try (Descriptor directory = Beneath.open(found, Libc.O_RDONLY);
                Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(BYTES, 8);
            while (true) {
                int length = Libc.call("getdents64", directory.number(), into.address(), BYTES);
                if (length == 0 || !visit(into, length, visitor)) {
                    return;
                }
            }
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    private static boolean visit(MemorySegment entries, int length, Visitor visitor)
            throws Refused {
        int at = 0;
        while (at < length) {
            String name = entries.getString(at + NAME_AT, StandardCharsets.ISO_8859_1);
            if (Name.isName(name) && !visitor.visit(new Name(name))) {
                return false;
            }
            at += Short.toUnsignedInt(entries.get(ValueLayout.JAVA_SHORT, at + LENGTH_AT));
        }
        return true;
    }
}
