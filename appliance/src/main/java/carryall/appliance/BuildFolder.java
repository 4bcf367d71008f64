package carryall.appliance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder in which an appliance is being built. Closing it removes what is still there; if nobody
/// is left to close it, the next build removes it.
public final class BuildFolder implements AutoCloseable {
    static final String LOCK = ".lock";

    private final Path path;
    private final FileChannel lock;

    BuildFolder(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    /// Where to build.
    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        remove(path);
        Files.deleteIfExists(lockOf(path));
        lock.close();
    }

    /// Removes something from a folder that a killed build left.
    @FunctionalInterface
    public interface Removal {
        /// Removes it, if it is there.
        ///
        /// @param folder such as [BuildFolder#path] was
        void from(Path folder) throws IOException;
    }

    static Path lockOf(Path folder) {
        return folder.resolveSibling(folder.getFileName() + LOCK);
    }

    /// Removes a folder that nobody builds in any more, and its lock.
    static void removeIfLeft(Path folder, Removal first) throws IOException {
        if (!Files.exists(lockOf(folder))) {
            first.from(folder);
            remove(folder);
            return;
        }
        try (FileChannel channel = FileChannel.open(lockOf(folder), StandardOpenOption.WRITE);
                FileLock held = channel.tryLock()) {
            if (held != null) {
                first.from(folder);
                remove(folder);
                Files.deleteIfExists(lockOf(folder));
            }
        } catch (OverlappingFileLockException ofThisProcess) {
            // A build of this very process.
        }
    }

    static void remove(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
