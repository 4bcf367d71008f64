package carryall.hypervisor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The devices' sections of a device state, checked against the description that QEMU puts at the
/// end: each section has the length that its description adds up to, and then its own footer. So a
/// state is known to be whole, and what is in it to be named, before any QEMU reads it.
///
/// The description (QEMU, `migration/vmstate.c`, "vmdesc") lists for each device its fields with
/// their sizes as written, arrays once with their length, and subsections, which carry a header of
/// 6 bytes and their name.
final class DeviceSections {
    private static final int FULL = 0x04;
    private static final int DESCRIPTION = 0x06;
    private static final int FOOTER = 0x7e;
    private static final int LARGEST_DESCRIPTION = 4 << 20;
    private static final int DEEPEST = 32;

    private final MigrationInput input;
    private final List<?> described;

    private DeviceSections(MigrationInput input, List<?> described) {
        this.input = input;
        this.described = described;
    }

    /// One device's section.
    ///
    /// @param name such as `0000:00:05.0/virtio-net`
    /// @param sizeBytes without header and footer
    record Section(String name, int instance, int version, long sizeBytes) {}

    /// Walks through all of a file that [MigrationStream#split] wrote.
    ///
    /// @throws HypervisorException.StreamRefused naming the section that is not as described
    static List<Section> read(Path devices, long memoryBytes) throws IOException {
        try (FileChannel file = FileChannel.open(devices, StandardOpenOption.READ)) {
            long begin = MigrationStream.devicesBegin(file, memoryBytes);
            long description = descriptionBegin(file);
            List<?> described = parse(file, description);
            file.position(begin);
            return new DeviceSections(new MigrationInput(file), described)
                    .walk(description - begin);
        } catch (EOFException cut) {
            throw new HypervisorException.StreamRefused(
                    "the end", String.valueOf(cut.getMessage()));
        }
    }

    /// Where the end mark is, behind which the description stands up to the end of the file.
    private static long descriptionBegin(FileChannel file) throws IOException {
        int count = (int) Math.min(file.size(), LARGEST_DESCRIPTION);
        long from = file.size() - count;
        ByteBuffer last = ByteBuffer.allocate(count);
        while (last.hasRemaining() && file.read(last, from + last.position()) >= 0) {}
        for (int at = count - 7; at >= 0; at--) {
            if (last.get(at) == 0
                    && last.get(at + 1) == DESCRIPTION
                    && last.getInt(at + 2) == count - at - 6
                    && last.get(at + 6) == '{') {
                return from + at;
            }
        }
        throw new HypervisorException.StreamRefused("the description", "it is missing");
    }

    private static List<?> parse(FileChannel file, long begin) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(Math.toIntExact(file.size() - begin - 6));
        while (text.hasRemaining() && file.read(text, begin + 6 + text.position()) >= 0) {}
        Map<String, Object> object;
        try {
            object = JsonLines.parse(StandardCharsets.UTF_8.decode(text.flip()).toString());
        } catch (IOException rubbish) {
            throw new HypervisorException.StreamRefused("the description", "it is no JSON");
        }
        if (object.get("devices") instanceof List<?> devices) {
            return devices;
        }
        throw new HypervisorException.StreamRefused("the description", "it lists no devices");
    }

    private List<Section> walk(long lengthBytes) throws IOException {
        List<Section> sections = new ArrayList<>();
        long end = input.position() + lengthBytes;
        for (Object each : described) {
            if (!(each instanceof Map<?, ?> device)
                    || !(device.get("name") instanceof String name)
                    || !(device.get("instance_id") instanceof Number instance)) {
                throw new HypervisorException.StreamRefused(
                        "the description", "a device has no name");
            }
            long size = fields(name, device, 0);
            if (size < 0 || size > end - input.position()) {
                throw new HypervisorException.StreamRefused(name, size + " bytes are described");
            }
            sections.add(section(name, instance.intValue(), size));
        }
        if (input.position() != end) {
            throw new HypervisorException.StreamRefused(
                    "after the devices", (end - input.position()) + " bytes are not described");
        }
        return List.copyOf(sections);
    }

    private Section section(String name, int instance, long size) throws IOException {
        int kind = input.number8();
        int number = input.number32();
        String found = input.name();
        int foundInstance = input.number32();
        int version = input.number32();
        if (kind != FULL || !found.equals(name) || foundInstance != instance) {
            throw new HypervisorException.StreamRefused(found, name + " is described in its place");
        }
        for (long left = size; left > 0; ) {
            int count = (int) Math.min(left, MemorySink.PAGE);
            input.bytes(count);
            left -= count;
        }
        if (input.number8() != FOOTER || input.number32() != number) {
            throw new HypervisorException.StreamRefused(name, "its footer is missing");
        }
        return new Section(name, instance, version, size);
    }

    private static long fields(String device, Map<?, ?> described, int depth)
            throws HypervisorException {
        long size = 0;
        try {
            if (depth < DEEPEST) {
                for (Object each : list(described.get("fields"))) {
                    if (each instanceof Map<?, ?> field) {
                        size =
                                Math.addExact(
                                        size,
                                        Math.multiplyExact(
                                                number(field, "size", 0),
                                                number(field, "array_len", 1)));
                    }
                }
                for (Object each : list(described.get("subsections"))) {
                    if (each instanceof Map<?, ?> subsection
                            && subsection.get("vmsd_name") instanceof String name) {
                        size = Math.addExact(size, 6L + name.length());
                        size = Math.addExact(size, fields(device, subsection, depth + 1));
                    }
                }
                return size;
            }
        } catch (ArithmeticException overflow) {
            // Said below.
        }
        throw new HypervisorException.StreamRefused(device, "its description makes no sense");
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static long number(Map<?, ?> field, String key, long otherwise) {
        return field.get(key) instanceof Number number ? number.longValue() : otherwise;
    }
}
