package carryall.appliance;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/// A lock on a range of a file, between threads and processes alike; a process that dies gives it
/// up.
final class SystemLock implements Closeable {
    /// The system's locks belong to the whole process, and closing any channel of the file gives
    /// them up. So this process has one channel of each file at a time.
    private static final ConcurrentHashMap<Path, Semaphore> TURNS = new ConcurrentHashMap<>();

    private final Semaphore turn;
    private final FileChannel channel;

    private SystemLock(Semaphore turn, FileChannel channel) {
        this.turn = turn;
        this.channel = channel;
    }

    /// What is locked, and whether others may lock it too.
    record Range(long position, long size, boolean isShared) {
        /// All of the file, alone.
        static final Range ALL = new Range(0, Long.MAX_VALUE, false);
    }

    /// Takes the lock unless somebody has it.
    ///
    /// @return empty if somebody does
    static Optional<SystemLock> tryOf(Path file, Range range, Set<OpenOption> options)
            throws IOException {
        Semaphore turn = turn(file);
        if (!turn.tryAcquire()) {
            return Optional.empty();
        }
        return begun(
                turn,
                file,
                options,
                channel ->
                        channel.tryLock(range.position(), range.size(), range.isShared()) != null);
    }

    /// Waits for the lock.
    static SystemLock of(Path file, Range range, Set<OpenOption> options) throws IOException {
        Semaphore turn = turn(file);
        try {
            turn.acquire();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("stopped while waiting for " + file);
        }
        return begun(
                        turn,
                        file,
                        options,
                        channel ->
                                channel.lock(range.position(), range.size(), range.isShared())
                                        .isValid())
                .orElseThrow();
    }

    private static Semaphore turn(Path file) {
        return TURNS.computeIfAbsent(file.toAbsolutePath().normalize(), _ -> new Semaphore(1));
    }

    @FunctionalInterface
    private interface Locking {
        boolean isDone(FileChannel channel) throws IOException;
    }

    private static Optional<SystemLock> begun(
            Semaphore turn, Path file, Set<OpenOption> options, Locking locking)
            throws IOException {
        SystemLock lock;
        try {
            lock = new SystemLock(turn, FileChannel.open(file, options));
        } catch (IOException | RuntimeException failure) {
            turn.release();
            throw failure;
        }
        boolean isHeld = false;
        try {
            isHeld = locking.isDone(lock.channel);
            return isHeld ? Optional.of(lock) : Optional.empty();
        } finally {
            if (!isHeld) {
                lock.close();
            }
        }
    }

    @Override
    public void close() throws IOException {
        if (!channel.isOpen()) {
            return;
        }
        try {
            channel.close();
        } finally {
            turn.release();
        }
    }
}
