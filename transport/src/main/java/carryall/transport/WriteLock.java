package carryall.transport;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// The right to write to a folder, of one writer at a time; a writer that dies gives it up.
final class WriteLock implements AutoCloseable {
    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long PAUSE_MILLIS = 20;

    /// The system's locks belong to the whole process, and closing any channel of the file gives
    /// them up. So the threads of this process take turns here first.
    private static final ConcurrentHashMap<Path, ReentrantLock> TURNS = new ConcurrentHashMap<>();

    private final ReentrantLock turn;
    private final FileChannel channel;

    private WriteLock(ReentrantLock turn, FileChannel channel) {
        this.turn = turn;
        this.channel = channel;
    }

    /// @param folder a real path
    /// @throws TransportException.Unreachable if others have it for five minutes
    static WriteLock of(String location, Path folder, String name) throws IOException {
        ReentrantLock turn = TURNS.computeIfAbsent(folder, _ -> new ReentrantLock(true));
        long end = System.nanoTime() + LONGEST.toNanos();
        try {
            if (!turn.tryLock(LONGEST.toMillis(), TimeUnit.MILLISECONDS)) {
                throw busy(location);
            }
        } catch (InterruptedException stop) {
            throw stopped(location, stop);
        }
        try {
            return new WriteLock(turn, locked(location, folder.resolve(name), end));
        } catch (IOException | RuntimeException failure) {
            turn.unlock();
            throw failure;
        }
    }

    private static FileChannel locked(String location, Path file, long end) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            while (channel.tryLock() == null) {
                if (System.nanoTime() > end) {
                    throw busy(location);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
            return channel;
        } catch (InterruptedException stop) {
            channel.close();
            throw stopped(location, stop);
        } catch (IOException | RuntimeException failure) {
            channel.close();
            throw failure;
        }
    }

    private static TransportException busy(String location) {
        return new TransportException.Unreachable(
                location, "another process has been writing to it", Optional.empty());
    }

    private static IOException stopped(String location, InterruptedException stop) {
        Thread.currentThread().interrupt();
        IOException stopped = new InterruptedIOException("stopped while waiting for " + location);
        stopped.initCause(stop);
        return stopped;
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            turn.unlock();
        }
    }
}
