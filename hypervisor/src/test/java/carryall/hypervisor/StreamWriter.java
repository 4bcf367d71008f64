package carryall.hypervisor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Writes migration streams as QEMU does, and as it never would.
final class StreamWriter {
    static final String VGA = "0000:00:02.0/vga.vram";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final List<String> described = new ArrayList<>();
    private int sections = 10;

    /// A stream of a guest of 16 pages: pages 3 and 5 hold something, page 7 of the VGA too.
    static StreamWriter usual() {
        StreamWriter stream = new StreamWriter();
        stream.header().ramStart(16 * 4096L, 8 * 4096L);
        stream.part().zero("ram", 0).page(3, 'a').zeroAgain(4).page(5, 'b').end();
        stream.part().page(VGA, 7, 'v').end();
        stream.lastPart().zero("ram", 6).end();
        stream.device("timer", 0, "abc").device("0000:00:05.0/virtio-net", 0, "0123456789");
        return stream.description();
    }

    StreamWriter header() {
        number32(0x5145564d).number32(3);
        byte[] type = "pc-q35-7.2".getBytes(StandardCharsets.UTF_8);
        number8(7).number32(type.length);
        bytes.writeBytes(type);
        return this;
    }

    StreamWriter ramStart(long memory, long vga) {
        number8(1).number32(3).name("ram").number32(0).number32(4);
        number64((memory + vga) | 4).name("ram").number64(memory).name(VGA).number64(vga);
        return end();
    }

    StreamWriter part() {
        return number8(2).number32(3);
    }

    StreamWriter lastPart() {
        return number8(3).number32(3);
    }

    StreamWriter page(String block, int page, char filling) {
        return number64(page * 4096L | 8).name(block).filled(filling);
    }

    StreamWriter page(int page, char filling) {
        return number64(page * 4096L | 8 | 0x20).filled(filling);
    }

    StreamWriter zero(String block, int page) {
        return number64(page * 4096L | 2).name(block).number8(0);
    }

    StreamWriter zeroAgain(int page) {
        return number64(page * 4096L | 2 | 0x20).number8(0);
    }

    StreamWriter end() {
        return number64(0x10).number8(0x7e).number32(3);
    }

    StreamWriter device(String name, int instance, String state) {
        int section = sections++;
        number8(4).number32(section).name(name).number32(instance).number32(1);
        bytes.writeBytes(state.getBytes(StandardCharsets.UTF_8));
        number8(0x7e).number32(section);
        described.add(
                "{\"name\":\"%s\",\"instance_id\":%d,\"fields\":[{\"name\":\"x\",\"size\":%d}]}"
                        .formatted(name, instance, state.length()));
        return this;
    }

    StreamWriter description() {
        byte[] text =
                ("{\"page_size\":4096,\"devices\":[" + String.join(",", described) + "]}")
                        .getBytes(StandardCharsets.UTF_8);
        number8(0).number8(6).number32(text.length);
        bytes.writeBytes(text);
        return this;
    }

    StreamWriter filled(char filling) {
        for (int i = 0; i < 4096; i++) {
            bytes.write(filling);
        }
        return this;
    }

    StreamWriter number8(int number) {
        bytes.write(number);
        return this;
    }

    StreamWriter number32(int number) {
        bytes.writeBytes(ByteBuffer.allocate(4).putInt(number).array());
        return this;
    }

    StreamWriter number64(long number) {
        bytes.writeBytes(ByteBuffer.allocate(8).putLong(number).array());
        return this;
    }

    StreamWriter name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        number8(text.length);
        bytes.writeBytes(text);
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }
}
