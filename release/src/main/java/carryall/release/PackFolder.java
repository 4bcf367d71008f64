package carryall.release;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/// Where a publish makes its packs: `publishing/<uuid>` in the state directory, with a file `held`
/// that is locked as long as they are needed. What a killed publish left, the next one removes.
public final class PackFolder implements Closeable {
    private static final String ALL = "publishing";
    private static final String HELD = "held";

    private final Path path;
    private final FileChannel held;

    private PackFolder(Path path, FileChannel held) {
        this.path = path;
        this.held = held;
    }

    /// Makes one, and removes those that nobody holds.
    ///
    /// @param home the state directory
    static PackFolder make(Path home) throws IOException {
        Path all = Files.createDirectories(home.resolve(ALL));
        try (FolderTurn _ = FolderTurn.take(all)) {
            removeUnheldOf(all);
            Path path = Files.createDirectory(all.resolve(UUID.randomUUID().toString()));
            FileChannel held =
                    FileChannel.open(
                            path.resolve(HELD),
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.WRITE);
            if (held.tryLock() == null) {
                throw new IOException(path + " is held by another process");
            }
            return new PackFolder(path, held);
        }
    }

    /// Removes those that nobody holds.
    ///
    /// @param home the state directory
    public static void removeUnheld(Path home) throws IOException {
        Path all = home.resolve(ALL);
        if (Files.isDirectory(all)) {
            try (FolderTurn _ = FolderTurn.take(all)) {
                removeUnheldOf(all);
            }
        }
    }

    private static void removeUnheldOf(Path all) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, Files::isDirectory)) {
            for (Path each : folders) {
                if (!isHeld(each.resolve(HELD))) {
                    remove(each);
                }
            }
        }
    }

    private static boolean isHeld(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            return channel.tryLock() == null;
        } catch (OverlappingFileLockException ofThisProcess) {
            return true;
        } catch (NoSuchFileException killedAtOnce) {
            return false;
        }
    }

    /// Where packs can be put.
    Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try (held) {
            remove(path);
        }
    }

    /// Removes a folder with all that is in it, if it is there.
    static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            List<Path> deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
            for (Path each : deepestFirst) {
                Files.deleteIfExists(each);
            }
        } catch (NoSuchFileException nothingToDo) {
            // It was never made.
        }
    }
}
