package carryall.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// The payload of a stream's sections named `ram` (QEMU, `migration/ram.c`): entries of an address
/// whose low 12 bits are flags, then what the flags say, up to the flag [#END]. An entry with
/// [#CONTINUE] belongs to the block of the entry before, also of the section before.
final class RamSection {
    static final int ZERO = 0x02;
    static final int SIZES = 0x04;
    static final int PAGE = 0x08;
    static final int END = 0x10;
    static final int CONTINUE = 0x20;

    private static final int FLAGS = 0xfff;
    private static final int MOST_BLOCKS = 64;

    private final Map<String, Long> blocks = new LinkedHashMap<>();
    private String block = "";

    /// Is told each entry, in order.
    interface Entries {
        void sizes(Map<String, Long> blocks) throws IOException;

        void page(String block, long offsetBytes, ByteBuffer page) throws IOException;

        void zero(String block, long offsetBytes) throws IOException;
    }

    /// Reads the entries of one section.
    void read(MigrationInput input, Entries entries) throws IOException {
        while (true) {
            long word = input.number64();
            int flags = (int) (word & FLAGS);
            long offset = word & ~FLAGS;
            switch (flags) {
                case SIZES -> {
                    readSizes(input, offset);
                    entries.sizes(Collections.unmodifiableMap(blocks));
                }
                case ZERO, ZERO | CONTINUE -> {
                    choose(input, flags, offset);
                    if (input.number8() != 0) {
                        throw refused("a page is filled with what is not zero");
                    }
                    entries.zero(block, offset);
                }
                case PAGE, PAGE | CONTINUE -> {
                    choose(input, flags, offset);
                    entries.page(block, offset, input.bytes(MemorySink.PAGE));
                }
                case END -> {
                    return;
                }
                default -> throw refused("flags 0x%x are not known".formatted(flags));
            }
        }
    }

    private void readSizes(MigrationInput input, long totalBytes) throws IOException {
        if (!blocks.isEmpty()) {
            throw refused("the sizes come twice");
        }
        long left = totalBytes;
        while (left > 0) {
            String name = input.name();
            long size = input.number64();
            if (size <= 0
                    || size > left
                    || size % MemorySink.PAGE != 0
                    || blocks.size() == MOST_BLOCKS
                    || blocks.putIfAbsent(name, size) != null) {
                throw refused("block " + name + " of " + size + " bytes");
            }
            left -= size;
        }
    }

    private void choose(MigrationInput input, int flags, long offset) throws IOException {
        if ((flags & CONTINUE) == 0) {
            block = input.name();
        }
        Long size = blocks.get(block);
        if (size == null || offset < 0 || offset >= size) {
            throw refused("block " + block + " has nothing at " + offset);
        }
    }

    private static HypervisorException refused(String found) {
        return new HypervisorException.StreamRefused("ram", found);
    }
}
