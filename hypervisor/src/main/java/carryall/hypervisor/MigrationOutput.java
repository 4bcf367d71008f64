package carryall.hypervisor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/// Writes the numbers, names and memory entries of a migration stream.
final class MigrationOutput {
    private static final int FOOTER = 0x7e;

    private final WritableByteChannel channel;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 18);
    private String block = "";

    MigrationOutput(WritableByteChannel channel) {
        this.channel = channel;
    }

    private void room(int count) throws IOException {
        if (buffer.remaining() < count) {
            flush();
        }
    }

    /// Hands over all that was written.
    void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
        buffer.clear();
    }

    void number8(int number) throws IOException {
        room(1);
        buffer.put((byte) number);
    }

    void number32(int number) throws IOException {
        room(4);
        buffer.putInt(number);
    }

    private void number64(long number) throws IOException {
        room(8);
        buffer.putLong(number);
    }

    void name(String name) throws IOException {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        number8(bytes.length);
        bytes(ByteBuffer.wrap(bytes));
    }

    /// Any number of bytes.
    void bytes(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            room(1);
            int count = Math.min(bytes.remaining(), buffer.remaining());
            buffer.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
        }
    }

    /// Begins the entries of a `ram` section; the first names its block.
    void beginRam() {
        block = "";
    }

    void ramSizes(Map<String, Long> blocks) throws IOException {
        number64(blocks.values().stream().mapToLong(Long::longValue).sum() | RamSection.SIZES);
        for (var each : blocks.entrySet()) {
            name(each.getKey());
            number64(each.getValue());
        }
    }

    void ramPage(String of, long offsetBytes, ByteBuffer page) throws IOException {
        entry(of, offsetBytes, RamSection.PAGE);
        bytes(page);
    }

    void ramZero(String of, long offsetBytes) throws IOException {
        entry(of, offsetBytes, RamSection.ZERO);
        number8(0);
    }

    private void entry(String of, long offsetBytes, int flag) throws IOException {
        if (of.equals(block)) {
            number64(offsetBytes | flag | RamSection.CONTINUE);
        } else {
            number64(offsetBytes | flag);
            name(of);
            block = of;
        }
    }

    void endRam() throws IOException {
        number64(RamSection.END);
    }

    void footer(int section) throws IOException {
        number8(FOOTER);
        number32(section);
    }
}
