package carryall.appliance;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// Held by the one process that sees to it that an arriving appliance becomes whole. Others may
/// write chunks that they need into the same files.
public final class ArrivalLock implements Closeable {
    private final FileChannel file;

    private ArrivalLock(FileChannel file) {
        this.file = file;
    }

    /// Takes the lock unless another process has it.
    ///
    /// @return empty if it is held, or if the appliance is whole
    static Optional<ArrivalLock> tryOf(Path mark) throws IOException {
        Optional<FileChannel> file = open(mark);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        try {
            FileLock lock = file.get().tryLock();
            if (lock != null) {
                return Optional.of(new ArrivalLock(file.get()));
            }
        } catch (OverlappingFileLockException ofThisProcess) {
            // Held by another thread.
        }
        file.get().close();
        return Optional.empty();
    }

    /// Waits for the lock.
    ///
    /// @return empty if the appliance is whole
    static Optional<ArrivalLock> of(Path mark) throws IOException {
        Optional<FileChannel> file = open(mark);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        file.get().lock();
        return Optional.of(new ArrivalLock(file.get()));
    }

    private static Optional<FileChannel> open(Path mark) throws IOException {
        try {
            return Optional.of(FileChannel.open(mark, StandardOpenOption.WRITE));
        } catch (NoSuchFileException whole) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
