package carryall.appliance;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// A folder in which an appliance is being built. Closing it removes what is still there; if nobody
/// is left to close it, the next build removes it.
public final class BuildFolder implements AutoCloseable {
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
        Files.deleteIfExists(path.resolveSibling(path.getFileName() + ".lock"));
        lock.close();
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
