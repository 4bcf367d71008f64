package carryall.machine;

import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.ByteSize;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The files on a disk of a machine that does not run, also of one that cannot start. Reading
/// changes nothing; what is written goes to a new layer, which becomes the disk's when all of it is
/// there. Whatever is killed before, the disk is as it was.
///
/// For platform threads.
public final class DiskFiles {
    private static final ByteSize LARGEST = ByteSize.mebibytes(16L << 20);
    private static final long STEP = 1 << 20;

    private final Machines machines;
    private final MachineName name;
    private final MachineFolder files;
    private final String serial;

    /// Which disk.
    public enum Which {
        PERSONAL,
        /// With its scratch; only to be read.
        SYSTEM
    }

    /// Told how far it is.
    public interface Progress {
        void bytes(long done, long total);
    }

    DiskFiles(Machines machines, MachineName name, Which which) {
        this.machines = machines;
        this.name = name;
        this.files = machines.files(name);
        this.serial =
                switch (which) {
                    case PERSONAL -> MachineDisks.PERSONAL;
                    case SYSTEM -> MachineDisks.SYSTEM;
                };
    }

    private interface Reading<T> {
        T run(OpenDisk disk) throws IOException;
    }

    /// What a folder holds, in the order of the names; or the one file that the path leads to.
    ///
    /// @param path from the root of the disk; links are followed within it
    public List<GuestFile> list(String path) throws IOException {
        return reading(disk -> {
            GuestTree tree = new GuestTree(name, disk);
            GuestTree.Found found = tree.find(path);
            List<DebugfsText.Child> children = new ArrayList<>();
            if (found.kind() == GuestFile.Kind.FOLDER) {
                List<DebugfsText.Child> inside =
                        tree.children(List.of(found.inode())).get(found.inode());
                if (inside == null) {
                    throw new MachineException.DiskRefused(
                            name,
                            MachineException.DiskRefused.Why.DAMAGED,
                            path + " cannot be read on the disk of " + name);
                }
                children.addAll(inside);
            } else {
                children.add(
                        new DebugfsText.Child(
                                found.name().orElseThrow(), found.inode(), found.kind()));
            }
            children.sort(Comparator.comparing(child -> child.name().bytes()));
            Map<Long, Inode> inodes =
                    tree.inodes(children.stream().map(DebugfsText.Child::inode).toList());
            List<GuestFile> listed = new ArrayList<>();
            for (DebugfsText.Child child : children) {
                Inode inode = inodes.get(child.inode());
                if (inode != null) {
                    Optional<String> target =
                            inode.kind() == GuestFile.Kind.LINK
                                    ? tree.target(child.inode(), inode).map(GuestName::text)
                                    : Optional.empty();
                    listed.add(inode.named(child.name(), target));
                }
            }
            return List.copyOf(listed);
        });
    }

    /// Takes a file, or a folder with all in it, out.
    ///
    /// @param to where to, in which nothing is then; if it is a folder, into that
    /// @return where it lies now, and how much it is
    public Map.Entry<Path, FilesTaken> get(String path, Path to, Progress progress)
            throws IOException {
        return reading(disk -> {
            GuestTree.Found found = new GuestTree(name, disk).find(path);
            GuestName own = found.name().orElseGet(() -> GuestName.typed(name.text()));
            Path place = Files.isDirectory(to) ? own.in(to.toAbsolutePath().normalize()) : to;
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                throw new MachineException.DiskRefused(
                        name, MachineException.DiskRefused.Why.TAKEN, place + " is there already");
            }
            return Map.entry(place, new FilesOut(name, disk, progress).take(found, place));
        });
    }

    /// Puts a file, or a folder with all in it, on the personal disk, as the app user's own. A file
    /// of that name is replaced.
    ///
    /// @param path a folder to put it in, or its new name in one that is there
    public FilesTaken put(Path from, String path, Progress progress) throws IOException {
        return writing(
                size -> size,
                disk -> {
                    disk.mend(List.of("-p"));
                    Path stage = files.path().resolve("put");
                    FileTree.remove(stage);
                    try {
                        FilesTaken put =
                                new FilesIn(name, disk, OpenDisk.privateFolder(stage), progress)
                                        .put(from, path);
                        disk.mend(List.of("-f", "-n"));
                        return put;
                    } finally {
                        FileTree.remove(stage);
                    }
                });
    }

    private interface Resizing {
        long sizeBytes(long now) throws IOException;
    }

    /// Makes the personal disk larger, and the file system on it.
    ///
    /// @param size rounded up to whole mebibytes
    /// @param from whether that is to be added to what it is, or is what it becomes
    /// @return how large it is then
    public ByteSize grow(ByteSize size, From from) throws IOException {
        return writing(
                now -> {
                    long wanted =
                            switch (from) {
                                case NOTHING -> size.bytes();
                                case PRESENT -> now + Math.min(size.bytes(), LARGEST.bytes());
                            };
                    if (wanted <= now || wanted > LARGEST.bytes()) {
                        throw new MachineException.DiskRefused(
                                name,
                                MachineException.DiskRefused.Why.SMALLER,
                                "the personal disk of "
                                        + name
                                        + " has "
                                        + new ByteSize(now)
                                        + " and can become larger, up to "
                                        + LARGEST);
                    }
                    return Math.ceilDiv(wanted, STEP) * STEP;
                },
                disk -> {
                    disk.superblock();
                    disk.mend(List.of("-f", "-p"));
                    disk.fill();
                    disk.mend(List.of("-f", "-n"));
                    return new ByteSize(disk.sizeBytes());
                });
    }

    /// What a size is counted from.
    public enum From {
        NOTHING,
        PRESENT
    }

    private <T> T reading(Reading<T> work) throws IOException {
        try (MachineFolder.Lock _ = machines.changing(name)) {
            MachineDisks disks = disks();
            Layers layers = files.readHead().disk(serial);
            Layer.Own top = disks.newTop(serial, layers);
            try (OpenDisk disk = open(disks, layers.under(top))) {
                disk.superblock();
                disk.replayJournal();
                return work.run(disk);
            } finally {
                Files.deleteIfExists(files.disks().resolve(top.fileName()));
            }
        }
    }

    private <T> T writing(Resizing size, Reading<T> work) throws IOException {
        try (MachineFolder.Lock _ = machines.changing(name)) {
            MachineDisks disks = disks();
            Head head = files.readHead();
            if (head.suspended().isPresent()) {
                throw new MachineException.DiskRefused(
                        name,
                        MachineException.DiskRefused.Why.MOUNTED,
                        name + " is suspended, and its guest has the disk mounted");
            }
            // What one that was killed left.
            new States(name, files).tidy(head);
            Layers layers = head.disk(serial);
            long sizeBytes = size.sizeBytes(disks.sizeBytes(serial, layers));
            Layer.Own top = disks.newTop(serial, layers, sizeBytes);
            Path file = files.disks().resolve(top.fileName());
            boolean isDone = false;
            try {
                T result;
                try (OpenDisk disk = open(disks, layers.under(top))) {
                    disk.superblock();
                    result = work.run(disk);
                    disk.settle();
                }
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
                    channel.force(true);
                }
                head.with(serial, layers.under(top)).write(files.head());
                isDone = true;
                disks.seal(Map.of(serial, layers.frozenWhole()));
                return result;
            } finally {
                if (!isDone) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private OpenDisk open(MachineDisks disks, Layers layers) throws IOException {
        return OpenDisk.open(name, machines.runtime(name), disks.offline(serial, layers));
    }

    private MachineDisks disks() throws IOException {
        InstalledAppliance appliance = machines.appliances().find(machines.find(name).appliance());
        MachineDisks disks = new MachineDisks(files, appliance);
        if (!disks.serials().contains(serial)) {
            throw new MachineException.DiskRefused(
                    name,
                    MachineException.DiskRefused.Why.NO_FILE_SYSTEM,
                    name + " has no " + serial.toLowerCase(Locale.ROOT) + " disk");
        }
        if (serial.equals(MachineDisks.SYSTEM) && !appliance.isWhole()) {
            throw new MachineException.DiskRefused(
                    name,
                    MachineException.DiskRefused.Why.ARRIVING,
                    "the system of " + name + " is not here whole yet");
        }
        return disks;
    }
}
