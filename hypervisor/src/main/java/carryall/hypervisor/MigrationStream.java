package carryall.hypervisor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/// The stream of an ordinary migration, taken apart and put together (QEMU, `migration/savevm.c`).
///
/// A stream is a header, the configuration, then sections: first those of the memory (`ram`: one
/// that starts with the sizes of all blocks, parts, and an end), then one for each device, an end
/// mark, and a description of the devices as JSON. Each section but the last two ends with a footer
/// that repeats its number.
///
/// ```
/// "QEVM" 3 | 07 configuration | 01 ram: sizes | 02 ram: pages … | 03 ram | 04 device … | 00 | 06 JSON
/// ```
///
/// **Taken apart** ([#split]): the pages of the guest's main memory, the block [#MEMORY], go to a
/// [MemorySink] by address. All else is copied, and is still a valid stream, which says nothing of
/// the main memory: the device state. **Put together** ([#join]): the device state with a part
/// section of pages put in after its first section. What is loaded over a mapped memory image then
/// replaces pages of it.
///
/// Known are the streams of QEMU 7.2 to 10.0. What is not known is refused with the section's name;
/// the bytes are foreign, and no size in them is believed.
final class MigrationStream {
    /// The block of the guest's main memory, by the id of its backend on QEMU's command line.
    static final String MEMORY = "ram";

    private static final int MAGIC = 0x5145564d;
    private static final int VERSION = 3;
    private static final int END_OF_SECTIONS = 0x00;
    private static final int START = 0x01;
    private static final int PART = 0x02;
    private static final int END = 0x03;
    private static final int FULL = 0x04;
    private static final int CONFIGURATION = 0x07;
    private static final int FOOTER = 0x7e;
    private static final int RAM_VERSION = 4;
    private static final long LARGEST_DEVICES = 256L << 20;

    private final MigrationInput input;
    private final MigrationOutput output;
    private final RamSection ram = new RamSection();
    private final long memoryBytes;
    private final MemorySink memory;
    private int ramSection = -1;

    private MigrationStream(
            MigrationInput input, MigrationOutput output, long memoryBytes, MemorySink memory) {
        this.input = input;
        this.output = output;
        this.memoryBytes = memoryBytes;
        this.memory = memory;
    }

    /// Takes a stream apart as it comes, to its end.
    ///
    /// @param memoryBytes how large the guest's main memory must be
    /// @param memory gets the main memory's pages
    /// @param devices gets the device state; flushed, not closed
    /// @throws HypervisorException.StreamRefused if it is not a stream of the known form
    static void split(
            ReadableByteChannel from,
            long memoryBytes,
            MemorySink memory,
            WritableByteChannel devices)
            throws IOException {
        MigrationOutput output = new MigrationOutput(devices);
        MigrationStream stream =
                new MigrationStream(new MigrationInput(from), output, memoryBytes, memory);
        try {
            stream.begin();
            stream.start();
            boolean more = true;
            while (more) {
                more = stream.next();
            }
            stream.copyDevices();
        } catch (EOFException cut) {
            throw new HypervisorException.StreamRefused(
                    "the end", String.valueOf(cut.getMessage()));
        }
        output.flush();
    }

    /// Gives a device state and the pages that differ from the mapped memory to a QEMU that waits
    /// for them.
    ///
    /// @param devices a file that [#split] wrote
    static void join(Path devices, long memoryBytes, MemorySource pages, WritableByteChannel to)
            throws IOException {
        try (FileChannel file = FileChannel.open(devices, StandardOpenOption.READ)) {
            MigrationOutput output = new MigrationOutput(to);
            MigrationStream stream =
                    new MigrationStream(
                            new MigrationInput(file), output, memoryBytes, new NoMemory());
            stream.begin();
            stream.start();
            PartSection part = new PartSection(output, stream.ramSection);
            pages.sendTo(part);
            part.end();
            output.flush();
            file.position(stream.input.position());
            ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
            while (file.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (EOFException cut) {
            throw new HypervisorException.StreamRefused(
                    "the end", String.valueOf(cut.getMessage()));
        }
    }

    /// Where the devices' sections begin in a device state.
    static long devicesBegin(ReadableByteChannel devices, long memoryBytes) throws IOException {
        MigrationInput input = new MigrationInput(devices);
        MigrationOutput nowhere = new MigrationOutput(new Discarded());
        MigrationStream stream = new MigrationStream(input, nowhere, memoryBytes, new NoMemory());
        stream.begin();
        stream.start();
        boolean more = true;
        while (more) {
            more = stream.next();
        }
        return input.position();
    }

    private record Discarded() implements WritableByteChannel {
        @Override
        public int write(ByteBuffer bytes) {
            int count = bytes.remaining();
            bytes.position(bytes.limit());
            return count;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    private void begin() throws IOException {
        expect(input.number32() == MAGIC, "the header", "it is no migration stream");
        int version = input.number32();
        expect(version == VERSION, "the header", "version " + version);
        output.number32(MAGIC);
        output.number32(VERSION);
        expect(input.number8() == CONFIGURATION, "the configuration", "it is missing");
        int length = input.number32();
        expect(length > 0 && length <= 256, "the configuration", "its length is " + length);
        ByteBuffer machineType = input.bytes(length);
        output.number8(CONFIGURATION);
        output.number32(length);
        output.bytes(machineType);
    }

    /// The first section, with the sizes of all blocks.
    private void start() throws IOException {
        int kind = input.number8();
        if (kind != START) {
            throw unexpected(kind);
        }
        ramSection = input.number32();
        String name = input.name();
        expect(name.equals("ram"), name, "a section of this name is not known here");
        int instance = input.number32();
        int version = input.number32();
        expect(instance == 0 && version == RAM_VERSION, name, "version " + version);
        output.number8(START);
        output.number32(ramSection);
        output.name(name);
        output.number32(instance);
        output.number32(version);
        pages();
    }

    /// One more section of the memory; false if it was the last.
    private boolean next() throws IOException {
        int kind = input.number8();
        if (kind != PART && kind != END) {
            throw unexpected(kind);
        }
        int section = input.number32();
        expect(section == ramSection, "section " + section, "it did not start");
        output.number8(kind);
        output.number32(section);
        pages();
        return kind == PART;
    }

    private HypervisorException unexpected(int kind) throws IOException {
        if (kind == START || kind == FULL) {
            int section = input.number32();
            return new HypervisorException.StreamRefused(
                    input.name(), "section " + section + " comes where the memory is expected");
        }
        return new HypervisorException.StreamRefused(
                "kind 0x%02x".formatted(kind), "it comes where the memory is expected");
    }

    private void pages() throws IOException {
        output.beginRam();
        ram.read(
                input,
                new RamSection.Entries() {
                    @Override
                    public void sizes(Map<String, Long> blocks) throws IOException {
                        Long found = blocks.get(MEMORY);
                        expect(
                                found != null && found == memoryBytes,
                                "ram",
                                "the main memory has " + found + " bytes, not " + memoryBytes);
                        output.ramSizes(blocks);
                    }

                    @Override
                    public void page(String block, long offset, ByteBuffer page)
                            throws IOException {
                        if (block.equals(MEMORY)) {
                            memory.page(offset, page);
                        } else {
                            output.ramPage(block, offset, page);
                        }
                    }

                    @Override
                    public void zero(String block, long offset) throws IOException {
                        if (block.equals(MEMORY)) {
                            memory.zero(offset);
                        } else {
                            output.ramZero(block, offset);
                        }
                    }
                });
        output.endRam();
        expect(
                input.number8() == FOOTER && input.number32() == ramSection,
                "ram",
                "its footer is missing");
        output.footer(ramSection);
    }

    private void copyDevices() throws IOException {
        int kind = input.number8();
        if (kind != FULL && kind != END_OF_SECTIONS) {
            throw unexpected(kind);
        }
        output.number8(kind);
        long copied = 0;
        ByteBuffer next = input.rest();
        while (next.hasRemaining()) {
            copied += next.remaining();
            expect(copied <= LARGEST_DEVICES, "the devices", "they are over 256 MiB");
            output.bytes(next);
            next = input.rest();
        }
    }

    private static void expect(boolean holds, String section, String found)
            throws HypervisorException {
        if (!holds) {
            throw new HypervisorException.StreamRefused(section, found);
        }
    }

    /// Refuses pages of the main memory: a device state has none.
    private record NoMemory() implements MemorySink {
        @Override
        public void page(long offsetBytes, ByteBuffer page) throws IOException {
            throw new HypervisorException.StreamRefused("ram", "a device state holds memory");
        }

        @Override
        public void zero(long offsetBytes) throws IOException {
            throw new HypervisorException.StreamRefused("ram", "a device state holds memory");
        }
    }

    /// A part section of pages of the main memory.
    private static final class PartSection implements MemorySink {
        private final MigrationOutput output;
        private final int section;

        PartSection(MigrationOutput output, int section) throws IOException {
            this.output = output;
            this.section = section;
            output.number8(PART);
            output.number32(section);
            output.beginRam();
        }

        @Override
        public void page(long offsetBytes, ByteBuffer page) throws IOException {
            output.ramPage(MEMORY, offsetBytes, page);
        }

        @Override
        public void zero(long offsetBytes) throws IOException {
            output.ramZero(MEMORY, offsetBytes);
        }

        void end() throws IOException {
            output.endRam();
            output.footer(section);
        }
    }
}
