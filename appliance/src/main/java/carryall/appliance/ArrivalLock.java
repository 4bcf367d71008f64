package carryall.appliance;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/// Held by the one who sees to it that an arriving appliance becomes whole. Others may write chunks
/// that they need into the same files.
public final class ArrivalLock implements Closeable {
    private final SystemLock lock;

    private ArrivalLock(SystemLock lock) {
        this.lock = lock;
    }

    /// Takes the lock unless somebody has it.
    ///
    /// @return empty if it is held, or if the appliance is whole
    static Optional<ArrivalLock> tryOf(Path mark) throws IOException {
        try {
            return SystemLock.tryOf(mark, SystemLock.Range.ALL, Set.of(StandardOpenOption.WRITE))
                    .map(ArrivalLock::new);
        } catch (NoSuchFileException whole) {
            return Optional.empty();
        }
    }

    /// Waits for the lock.
    ///
    /// @return empty if the appliance is whole
    static Optional<ArrivalLock> of(Path mark) throws IOException {
        try {
            return Optional.of(
                    new ArrivalLock(
                            SystemLock.of(
                                    mark, SystemLock.Range.ALL, Set.of(StandardOpenOption.WRITE))));
        } catch (NoSuchFileException whole) {
            return Optional.empty();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
