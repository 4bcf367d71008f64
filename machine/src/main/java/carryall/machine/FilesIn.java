package carryall.machine;

import carryall.hypervisor.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Puts files of the host on a guest's disk: as the app user's own, readable by all. They are
/// copied first, under numbers, to where the jailed tool sees them.
final class FilesIn {
    private static final int APP_USER = 1000;

    private final MachineName machine;
    private final OpenDisk disk;
    private final DiskFiles.Progress progress;
    private final Path stage;
    private final StringBuilder commands = new StringBuilder();
    private final List<String> leftOut = new ArrayList<>();
    private long files;
    private long bytes;

    /// @param stage a folder, empty
    FilesIn(MachineName machine, OpenDisk disk, Path stage, DiskFiles.Progress progress) {
        this.machine = machine;
        this.disk = disk;
        this.stage = stage;
        this.progress = progress;
    }

    /// Puts a file or a whole folder there.
    ///
    /// @param path on the disk: a folder to put it in, or its new name in one that is there
    FilesTaken put(Path from, String path) throws IOException {
        GuestTree tree = new GuestTree(machine, disk);
        Place place = place(tree, from, path);
        Optional<GuestTree.Found> there = tree.child(place.folder, place.name.bytes());
        boolean isFolder = Files.isDirectory(from);
        if (there.isPresent() && (isFolder || there.get().kind() != GuestFile.Kind.FILE)) {
            throw refused(
                    MachineException.DiskRefused.Why.TAKEN,
                    "the disk of " + machine + " has a " + place.name.text() + " there already");
        }
        Superblock before = disk.superblock();
        say("cd <" + place.folder.inode() + ">");
        if (there.isPresent()) {
            say("rm " + quoted("./" + checked(place.name)));
        }
        if (isFolder) {
            folder(from, place.name);
        } else {
            file(from, place.name);
        }
        long free = before.sizeBytes() - before.usedBytes();
        if (bytes > free) {
            throw refused(
                    MachineException.DiskRefused.Why.FULL,
                    new ByteSize(bytes)
                            + " do not fit on the disk of "
                            + machine
                            + ", which has "
                            + new ByteSize(free)
                            + " left");
        }
        progress.bytes(0, bytes);
        disk.write(commands.toString(), stage);
        progress.bytes(bytes, bytes);
        return new FilesTaken(files, bytes, leftOut, 0);
    }

    private record Place(GuestTree.Found folder, GuestName name) {}

    private Place place(GuestTree tree, Path from, String path) throws IOException {
        try {
            GuestTree.Found found = tree.find(path);
            if (found.kind() == GuestFile.Kind.FOLDER) {
                return new Place(found, GuestName.of(from));
            }
            return new Place(
                    new GuestTree.Found(
                            found.parent(),
                            GuestFile.Kind.FOLDER,
                            Optional.empty(),
                            found.parent()),
                    found.name().orElseThrow());
        } catch (MachineException.DiskRefused missing) {
            String trimmed = path.replaceAll("/+$", "");
            int slash = trimmed.lastIndexOf('/');
            String last = trimmed.substring(slash + 1);
            GuestTree.Found folder = tree.find(trimmed.substring(0, slash + 1));
            if (folder.kind() != GuestFile.Kind.FOLDER
                    || !GuestName.isName(GuestName.bytes(last))) {
                throw missing;
            }
            return new Place(folder, GuestName.typed(last));
        }
    }

    private void folder(Path from, GuestName name) throws IOException {
        String quoted = quoted("./" + checked(name));
        say("mkdir " + quoted);
        own(quoted, 0040755, from);
        say("cd " + quoted);
        List<Path> inside;
        try (Stream<Path> all = Files.list(from)) {
            inside = all.sorted().toList();
        }
        for (Path each : inside) {
            GuestName own = GuestName.of(each);
            if (Files.isSymbolicLink(each)) {
                link(each, own);
            } else if (Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)) {
                folder(each, own);
            } else if (Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                file(each, own);
            } else {
                leftOut.add(each + " is neither file, folder nor link");
            }
        }
        say("cd ..");
    }

    private void link(Path from, GuestName name) throws IOException {
        String target = GuestName.target(Files.readSymbolicLink(from));
        if (target.isEmpty() || hasLineEnd(target)) {
            leftOut.add(from + " is a link with a line feed in it");
            return;
        }
        String quoted = quoted("./" + checked(name));
        say("symlink " + quoted + " " + quoted(target));
        own(quoted);
    }

    private void file(Path from, GuestName name) throws IOException {
        Path copy = stage.resolve(Long.toString(files));
        Files.copy(from, copy);
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
        files++;
        bytes += Files.size(copy);
        say("write " + quoted(GuestName.bytes(copy.toString())) + " " + quoted(checked(name)));
        boolean isProgram =
                Files.getPosixFilePermissions(from).contains(PosixFilePermission.OWNER_EXECUTE);
        own(quoted("./" + checked(name)), isProgram ? 0100755 : 0100644, from);
    }

    private void own(String quoted, int mode, Path from) throws IOException {
        say("sif " + quoted + " mode 0" + Integer.toOctalString(mode));
        own(quoted);
        long modified = Files.getLastModifiedTime(from).toInstant().getEpochSecond();
        say("sif " + quoted + " mtime @" + Math.max(0, modified));
    }

    private void own(String quoted) {
        say("sif " + quoted + " uid " + APP_USER);
        say("sif " + quoted + " gid " + APP_USER);
    }

    private void say(String command) {
        commands.append(command).append('\n');
    }

    /// A name that can stand in a command.
    private String checked(GuestName name) throws MachineException {
        if (hasLineEnd(name.bytes())) {
            throw refused(
                    MachineException.DiskRefused.Why.UNFIT,
                    "the name " + name.text() + " has a line feed in it");
        }
        return name.bytes();
    }

    private static boolean hasLineEnd(String bytes) {
        return bytes.indexOf('\n') >= 0 || bytes.indexOf('\r') >= 0;
    }

    /// A word as `debugfs` takes it: `e2fsprogs/lib/ss/parse.c`.
    static String quoted(String bytes) {
        return '"' + bytes.replace("\"", "\"\"") + '"';
    }

    private MachineException refused(MachineException.DiskRefused.Why why, String found) {
        return new MachineException.DiskRefused(machine, why, found);
    }
}
