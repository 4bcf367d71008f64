package carryall.chunk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A file that is cut, and stays as it is meanwhile. Safe for many threads.
final class Source implements AutoCloseable {
    private final String name;
    private final Part.Kind kind;
    private final FileChannel channel;
    private final long size;

    private Source(String name, Part.Kind kind, FileChannel channel) throws IOException {
        this.name = name;
        this.kind = kind;
        this.channel = channel;
        this.size = channel.size();
    }

    static Source open(String name, Part.Kind kind, Path file) throws IOException {
        return new Source(name, kind, FileChannel.open(file, StandardOpenOption.READ));
    }

    String name() {
        return name;
    }

    Part.Kind kind() {
        return kind;
    }

    long size() {
        return size;
    }

    long blocks() {
        return Block.count(size);
    }

    /// Reads blocks that follow each other; what is behind the end is zero.
    void read(long block, int count, byte[] into, int offset) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, offset, count * Block.SIZE);
        long at = block * Block.SIZE;
        while (buffer.hasRemaining() && at < size) {
            int read = channel.read(buffer, at);
            if (read < 0) {
                throw new IOException(name + " became shorter while it was read");
            }
            at += read;
        }
        java.util.Arrays.fill(into, buffer.position(), buffer.limit(), (byte) 0);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
