package carryall.release;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// The right to change what lies in a folder, of one at a time; who dies gives it up.
final class FolderTurn implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 10;

    private final FileChannel channel;

    private FolderTurn(FileChannel channel) {
        this.channel = channel;
    }

    /// @throws IOException if others have it for 30 seconds
    static FolderTurn take(Path folder) throws IOException {
        Path file = folder.resolve(".lock");
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            long begin = System.nanoTime();
            while (!isLocked(channel)) {
                if (System.nanoTime() - begin > LONGEST.toNanos()) {
                    throw new IOException(file + " is held by another process");
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            return new FolderTurn(channel);
        } catch (InterruptedException stop) {
            channel.close();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while waiting for " + file);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
