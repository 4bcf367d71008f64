package carryall.appliance;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// A folder in which an appliance is put together from what arrives. It stays when it is closed, so
/// that whoever comes next goes on; one process has it at a time.
public final class ArrivingFolder implements Closeable {
    static final String PREFIX = "arriving-";

    private final Path path;
    private final Path lockFile;
    private final FileChannel lock;

    private ArrivingFolder(Path path, Path lockFile, FileChannel lock) {
        this.path = path;
        this.lockFile = lockFile;
        this.lock = lock;
    }

    static ArrivingFolder open(Path path) throws IOException {
        Path lockFile = BuildFolder.lockOf(path);
        FileChannel lock =
                FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            lock.lock();
            Files.createDirectories(path);
            return new ArrivingFolder(path, lockFile, lock);
        } catch (IOException failed) {
            lock.close();
            throw failed;
        }
    }

    /// Where the parts are, each under its file name.
    public Path path() {
        return path;
    }

    /// Removes the folder with what has arrived.
    public void remove() throws ApplianceException {
        try {
            BuildFolder.remove(path);
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(path, failure);
        }
        arrived();
    }

    /// Nobody needs the lock any more: who waited for it finds the appliance in its place.
    void arrived() throws ApplianceException {
        try {
            Files.deleteIfExists(lockFile);
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(path, failure);
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
