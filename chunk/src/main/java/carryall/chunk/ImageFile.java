package carryall.chunk;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// The file of an image, for many threads: a thread that is interrupted in it takes it from no
/// other, as it would a bare channel.
final class ImageFile implements Closeable {
    private final Path path;
    private volatile FileChannel channel;
    private volatile boolean closed;

    private ImageFile(Path path) throws IOException {
        this.path = path;
        this.channel = channel(path);
    }

    /// Opens the file, or makes it, and gives it a size; what is new in it are holes.
    static ImageFile open(Path path, long size) throws IOException {
        ImageFile file = new ImageFile(path);
        try {
            if (file.channel.size() > size) {
                file.channel.truncate(size);
            } else if (file.channel.size() < size) {
                file.channel.write(ByteBuffer.allocate(1), size - 1);
            }
            return file;
        } catch (IOException failed) {
            file.close();
            throw failed;
        }
    }

    private static FileChannel channel(Path path) throws IOException {
        try {
            return FileChannel.open(
                    path,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.READ,
                    StandardOpenOption.WRITE);
        } catch (AccessDeniedException whole) {
            return FileChannel.open(path, StandardOpenOption.READ);
        }
    }

    @FunctionalInterface
    private interface Operation {
        void on(FileChannel channel) throws IOException;
    }

    private void perform(Operation operation) throws IOException {
        while (true) {
            FileChannel now = channel;
            try {
                operation.on(now);
                return;
            } catch (ClosedByInterruptException interrupted) {
                reopen();
                throw new InterruptedIOException("interrupted at " + path);
            } catch (ClosedChannelException byAnotherThread) {
                if (closed) {
                    throw byAnotherThread;
                }
                reopen();
            }
        }
    }

    private synchronized void reopen() throws IOException {
        if (!channel.isOpen() && !closed) {
            boolean interrupted = Thread.interrupted();
            try {
                channel = channel(path);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    /// Fills a buffer.
    void read(ByteBuffer into, long offset) throws IOException {
        int start = into.position();
        perform(file -> {
            while (into.hasRemaining()) {
                if (file.read(into, offset + into.position() - start) < 0) {
                    throw new EOFException("behind the end of " + path);
                }
            }
        });
    }

    /// Writes all of a buffer.
    void write(ByteBuffer from, long offset) throws IOException {
        int start = from.position();
        perform(file -> {
            while (from.hasRemaining()) {
                file.write(from, offset + from.position() - start);
            }
        });
    }

    void force() throws IOException {
        perform(file -> file.force(true));
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }
}
