package carryall.machine;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/// Where a running machine's sockets are. The path is short, because a socket's may have 107 bytes
/// at most, and its owner is checked, because it may lie below a folder that all may write.
record RuntimeFolder(Path path) {
    static RuntimeFolder of(Path machineFolder) {
        String name =
                Digest.of(
                                machineFolder
                                        .toAbsolutePath()
                                        .toString()
                                        .getBytes(StandardCharsets.UTF_8))
                        .hex()
                        .substring(0, 16);
        return new RuntimeFolder(base().resolve(name));
    }

    private static Path base() {
        String given = System.getenv("XDG_RUNTIME_DIR");
        if (given != null && given.startsWith("/")) {
            return Path.of(given, "carryall");
        }
        long uid = ownUid();
        return uid == 0 ? Path.of("/run/carryall") : Path.of("/tmp/carryall-" + uid);
    }

    /// `/proc/self` is a link, which is root's: followed, it is this process's own.
    private static long ownUid() {
        return uid(Path.of("/proc/self"));
    }

    private static long uid(Path path, LinkOption... options) {
        try {
            return (Integer) Files.getAttribute(path, "unix:uid", options);
        } catch (IOException unknown) {
            return -1;
        }
    }

    /// Makes the folder and the jail's folder in it, for this user alone.
    void make() throws IOException {
        var mode =
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
        Files.createDirectories(base().getParent());
        for (Path folder : new Path[] {base(), path}) {
            if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
                Files.createDirectory(folder, mode);
            }
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || uid(folder, LinkOption.NOFOLLOW_LINKS) != ownUid()) {
                throw new IOException(folder + " is not this user's own folder");
            }
        }
        Files.createDirectory(jail(), mode);
    }

    Path jail() {
        return path.resolve("qemu");
    }

    Path keeperSocket() {
        return path.resolve("keeper.sock");
    }

    Path consoleSocket() {
        return path.resolve("console.sock");
    }

    void remove() throws IOException {
        FileTree.remove(path);
    }
}
