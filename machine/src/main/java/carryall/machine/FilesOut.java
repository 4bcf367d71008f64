package carryall.machine;

import carryall.hypervisor.ByteSize;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/// Takes files of a guest's disk to the host. They are put together beside their place and renamed.
///
/// Contents are written by a jailed tool under numbers, into a folder of its own; names are given
/// by this class, after it looked what the tool left. Links are made only where they stay within
/// what is taken, and are never followed.
final class FilesOut {
    private static final long BATCH_BYTES = 64L << 20;
    private static final int BATCH_FILES = 500;
    private static final int MOST_FILES = 2_000_000;
    private static final int MOST_SAID = 1000;

    private final MachineName machine;
    private final OpenDisk disk;
    private final GuestTree tree;
    private final DiskFiles.Progress progress;
    private final List<Item> items = new ArrayList<>();
    private final Map<Path, Inode> folders = new LinkedHashMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private int unread;

    private record Item(Path to, String shown, long inode, Inode content) {}

    FilesOut(MachineName machine, OpenDisk disk, DiskFiles.Progress progress) {
        this.machine = machine;
        this.disk = disk;
        this.tree = new GuestTree(machine, disk);
        this.progress = progress;
    }

    /// Takes a file or a whole folder out.
    ///
    /// @param to its place, where nothing is yet
    FilesTaken take(GuestTree.Found found, Path to) throws IOException {
        Path work =
                OpenDisk.privateFolder(
                        to.toAbsolutePath().resolveSibling(".carryall-" + UUID.randomUUID()));
        try {
            Path whole = work.resolve("whole");
            Inode content = tree.inodes(List.of(found.inode())).get(found.inode());
            if (content == null) {
                throw new MachineException.DiskRefused(
                        machine,
                        MachineException.DiskRefused.Why.DAMAGED,
                        "what the disk of " + machine + " says of that file cannot be read");
            }
            switch (content.kind()) {
                case FOLDER -> walk(found.inode(), content, whole);
                case FILE -> items.add(new Item(whole, "it", found.inode(), content));
                case LINK, OTHER ->
                        throw new MachineException.DiskRefused(
                                machine,
                                MachineException.DiskRefused.Why.MISSING,
                                "that is neither a file nor a folder");
            }
            fetch(OpenDisk.privateFolder(work.resolve("jail")));
            finishFolders();
            Files.move(whole, to.toAbsolutePath(), StandardCopyOption.ATOMIC_MOVE);
            long bytes = items.stream().mapToLong(item -> item.content.sizeBytes()).sum();
            return new FilesTaken(items.size(), bytes, leftOut, unread);
        } finally {
            remove(work);
        }
    }

    private static void remove(Path work) throws IOException {
        if (Files.isDirectory(work.resolve("whole"))) {
            // What its owner cannot write cannot be removed.
            try (var all = Files.walk(work.resolve("whole"))) {
                for (Path each : all.filter(Files::isDirectory).toList()) {
                    Files.setPosixFilePermissions(each, EnumSet.allOf(PosixFilePermission.class));
                }
            }
        }
        FileTree.remove(work);
    }

    /// Makes the folders and the links, and notes the files.
    private void walk(long top, Inode content, Path to) throws IOException {
        Files.createDirectory(to);
        folders.put(to, content);
        Set<Long> seen = new HashSet<>(Set.of(top));
        Map<Long, Path> level = Map.of(top, to);
        while (!level.isEmpty()) {
            Map<Long, Path> next = new LinkedHashMap<>();
            var children = tree.children(level.keySet());
            List<Long> inside =
                    children.values().stream()
                            .flatMap(List::stream)
                            .map(DebugfsText.Child::inode)
                            .toList();
            if (inside.size() + items.size() > MOST_FILES) {
                throw new MachineException.DiskRefused(
                        machine,
                        MachineException.DiskRefused.Why.DAMAGED,
                        "the folder holds over " + MOST_FILES + " files");
            }
            Map<Long, Inode> inodes = tree.inodes(inside);
            for (Map.Entry<Long, Path> folder : level.entrySet()) {
                if (!children.containsKey(folder.getKey())) {
                    unread(shown(to, folder.getValue()), "cannot be read");
                }
                for (DebugfsText.Child child : children.getOrDefault(folder.getKey(), List.of())) {
                    Path place = child.name().in(folder.getValue());
                    String shown = shown(to, folder.getValue()) + child.name().text();
                    Inode inode = inodes.get(child.inode());
                    if (inode == null) {
                        unread(shown, "cannot be read");
                    } else if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                        unread(shown, "is there twice");
                    } else {
                        switch (inode.kind()) {
                            case FILE -> items.add(new Item(place, shown, child.inode(), inode));
                            case FOLDER -> {
                                if (seen.add(child.inode())) {
                                    Files.createDirectory(place);
                                    folders.put(place, inode);
                                    next.put(child.inode(), place);
                                } else {
                                    unread(shown, "is a folder that lies in two places");
                                }
                            }
                            case LINK -> link(to, place, shown, child.inode(), inode);
                            case OTHER -> leaveOut(shown, "is neither file, folder nor link");
                        }
                    }
                }
            }
            level = next;
        }
    }

    private static String shown(Path top, Path folder) {
        String below = top.relativize(folder).toString();
        return below.isEmpty() ? "" : below + "/";
    }

    private void link(Path top, Path place, String shown, long inode, Inode content)
            throws IOException {
        String target = tree.target(inode, content).orElse("");
        int depth = place.getNameCount() - top.getNameCount() - 1;
        if (!staysWithin(target, depth)) {
            leaveOut(shown, "is a link to " + GuestName.text(target) + ", outside");
            return;
        }
        Path absolute = GuestName.path(place.getRoot(), target);
        Files.createSymbolicLink(place, absolute.getRoot().relativize(absolute));
    }

    /// Whether a link that so many folders lie above leads to nothing outside: up as far as the
    /// uppermost of them, and then only down. What it leads to may be such a link again.
    static boolean staysWithin(String target, int depth) {
        int up = 0;
        boolean isDown = false;
        if (target.isEmpty() || target.startsWith("/") || target.indexOf(0) >= 0) {
            return false;
        }
        for (String part : target.split("/", -1)) {
            if (part.equals("..")) {
                up++;
                if (isDown || up > depth) {
                    return false;
                }
            } else if (!part.isEmpty() && !part.equals(".")) {
                isDown = true;
            }
        }
        return true;
    }

    private void unread(String shown, String why) {
        unread++;
        leaveOut(shown, why);
    }

    private void leaveOut(String shown, String why) {
        if (leftOut.size() < MOST_SAID) {
            leftOut.add(shown + " " + why);
        }
    }

    private void fetch(Path jail) throws IOException {
        long total = 0;
        for (Item item : items) {
            total = Math.addExact(total, Math.min(item.content.sizeBytes(), 1L << 50));
        }
        long usable = Files.getFileStore(jail).getUsableSpace();
        if (total > usable) {
            throw new MachineException.DiskFull(
                    jail.resolve("../..").normalize(),
                    new FileSystemException(
                            jail.toString(),
                            null,
                            new ByteSize(total) + " do not fit into " + new ByteSize(usable)));
        }
        Object user = Files.getAttribute(jail.getParent(), "unix:uid");
        Object group = Files.getAttribute(jail.getParent(), "unix:gid");
        long done = 0;
        int at = 0;
        while (at < items.size()) {
            progress.bytes(done, total);
            StringBuilder commands = new StringBuilder();
            int from = at;
            long bytes = 0;
            while (at < items.size()
                    && (at == from || (bytes < BATCH_BYTES && at - from < BATCH_FILES))) {
                commands.append("dump <" + items.get(at).inode + "> ")
                        .append(FilesIn.quoted(GuestName.bytes(jail.resolve("" + at).toString())))
                        .append('\n');
                bytes += items.get(at).content.sizeBytes();
                at++;
            }
            disk.fetch(commands.toString(), jail, new ByteSize(Math.max(bytes, 1)));
            for (int i = from; i < at; i++) {
                name(items.get(i), jail.resolve("" + i), user, group);
            }
            done += bytes;
        }
        progress.bytes(done, total);
    }

    /// Gives a file that the tool left its name, if it is one.
    private void name(Item item, Path left, Object user, Object group) throws IOException {
        if (!Files.isRegularFile(left, LinkOption.NOFOLLOW_LINKS)) {
            unread(item.shown, "cannot be read");
            return;
        }
        if (Files.size(left) != item.content.sizeBytes()) {
            unread(
                    item.shown,
                    "could be read to byte "
                            + Files.size(left)
                            + " of "
                            + item.content.sizeBytes());
        }
        Files.setAttribute(left, "unix:uid", user);
        Files.setAttribute(left, "unix:gid", group);
        Files.setPosixFilePermissions(left, rights(item.content.mode() | 0600));
        Files.setLastModifiedTime(left, FileTime.from(item.content.modified()));
        Files.move(left, item.to, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The deepest first, as a folder's time changes with what is made in it.
    private void finishFolders() throws IOException {
        for (Map.Entry<Path, Inode> folder : folders.entrySet().stream().toList().reversed()) {
            Files.setPosixFilePermissions(folder.getKey(), rights(folder.getValue().mode() | 0700));
            Files.setLastModifiedTime(folder.getKey(), FileTime.from(folder.getValue().modified()));
        }
    }

    private static Set<PosixFilePermission> rights(int mode) {
        PosixFilePermission[] all = PosixFilePermission.values(); // From owner's read to others'.
        Set<PosixFilePermission> rights = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < all.length; i++) {
            if ((mode >> (all.length - 1 - i) & 1) != 0) {
                rights.add(all[i]);
            }
        }
        return rights;
    }
}
