package carryall.machine;

import carryall.block.FuseMount;
import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Where a running machine's sockets are. The path is short, because a socket's may have 107 bytes
/// at most, and its owner is checked, because it may lie below a folder that all may write.
record RuntimeFolder(Path path) {
    private static final FileAttribute<Set<PosixFilePermission>> MODE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

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
        makeOwn(made().resolve(path.getFileName()));
        Files.createDirectory(jail(), MODE);
    }

    /// The folder of all machines' folders, made if it is not there.
    static Path made() throws IOException {
        Files.createDirectories(base().getParent());
        makeOwn(base());
        return base();
    }

    private static void makeOwn(Path folder) throws IOException {
        try {
            Files.createDirectory(folder, MODE);
        } catch (FileAlreadyExistsException perhapsOurs) {
            if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)
                    || uid(folder, LinkOption.NOFOLLOW_LINKS) != ownUid()) {
                throw new IOException(folder + " is not this user's own folder", perhapsOurs);
            }
        }
    }

    Path jail() {
        return path.resolve("qemu");
    }

    /// Where QEMU reads the disks of an appliance that is not here whole.
    Path disksSocket() {
        return path.resolve("disks.sock");
    }

    /// Where memory images are that QEMU maps, as files.
    Path memoryMount() {
        return path.resolve("memory");
    }

    /// Where a disk of a machine that does not run is, as a file.
    Path diskMount() {
        return path.resolve("disk");
    }

    /// The jail's folder as it was at first, for another start of QEMU.
    void remakeJail() throws IOException {
        FileTree.remove(jail());
        Files.createDirectory(jail(), MODE);
    }

    Path keeperSocket() {
        return path.resolve("keeper.sock");
    }

    Path consoleSocket() {
        return path.resolve("console.sock");
    }

    void remove() throws IOException {
        // Who was killed may have left them.
        FuseMount.removeStale(memoryMount());
        FuseMount.removeStale(diskMount());
        FileTree.remove(path);
    }
}
