package carryall.appliance;

import carryall.crypto.Digest;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;

/// Keeps an appliance that nothing names yet from being removed: held from before it gets its place
/// until a machine or a subscription needs it. A process has one at a time.
public final class ApplianceClaim implements Closeable {
    private static final Set<OpenOption> OPTIONS =
            Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

    /// So many hexadecimal digits of a digest say which byte of the file is its.
    private static final int DIGITS = 15;

    private final SystemLock lock;

    private ApplianceClaim(SystemLock lock) {
        this.lock = lock;
    }

    /// Waits for a removal that is under way.
    ///
    /// @param file in which every appliance has a byte
    static ApplianceClaim of(Path file, Digest id) throws IOException {
        return new ApplianceClaim(SystemLock.of(file, range(id, true), OPTIONS));
    }

    /// For who removes it: nobody has a claim to it meanwhile.
    ///
    /// @return empty if somebody has
    static Optional<SystemLock> refusing(Path file, Digest id) throws IOException {
        return SystemLock.tryOf(file, range(id, false), OPTIONS);
    }

    private static SystemLock.Range range(Digest id, boolean isShared) {
        return new SystemLock.Range(Long.parseLong(id.hex().substring(0, DIGITS), 16), 1, isShared);
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
