package carryall.machine;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The folders and files of a guest's disk, found by their inodes: no name of the guest's is ever
/// part of a command.
record GuestTree(MachineName machine, OpenDisk disk) {
    static final long ROOT = 2;
    private static final int MOST_LINKS = 40;

    /// How much one `debugfs` is asked for.
    private static final int BATCH = 2000;

    /// A file that a path leads to.
    ///
    /// @param name empty of the disk's own root
    /// @param parent the folder that it lies in
    record Found(long inode, GuestFile.Kind kind, Optional<GuestName> name, long parent) {}

    private interface Reader<T> {
        Map<Long, T> read(String output);
    }

    /// What folders hold; a folder that cannot be read is missing.
    Map<Long, List<DebugfsText.Child>> children(Collection<Long> folders) throws IOException {
        return read(folders, DebugfsText::listing, DebugfsText::children);
    }

    /// What there is to say of files; one that cannot be read is missing.
    Map<Long, Inode> inodes(Collection<Long> files) throws IOException {
        return read(files, DebugfsText::dump, DebugfsText::inodes);
    }

    private <T> Map<Long, T> read(
            Collection<Long> asked, java.util.function.LongFunction<String> command, Reader<T> to)
            throws IOException {
        List<Long> all = new ArrayList<>(asked);
        Map<Long, T> read = new LinkedHashMap<>();
        for (int at = 0; at < all.size(); at += BATCH) {
            StringBuilder commands = new StringBuilder();
            for (long each : all.subList(at, Math.min(all.size(), at + BATCH))) {
                commands.append(command.apply(each));
            }
            read.putAll(to.read(disk.look(commands.toString()).output()));
        }
        return read;
    }

    /// Where a link leads to, one character a byte; empty if that cannot be read.
    Optional<String> target(long inode, Inode link) throws IOException {
        if (link.target().isPresent() || link.sizeBytes() > 4096) {
            return link.target();
        }
        String said = disk.look("cat <" + inode + ">\n").output();
        int start = said.indexOf('\n') + 1;
        int end = start + (int) link.sizeBytes();
        return end > start && end <= said.length()
                ? Optional.of(said.substring(start, end))
                : Optional.empty();
    }

    /// Follows a path from the root of the disk. Links are followed within the disk.
    ///
    /// @throws MachineException.DiskRefused if there is nothing
    Found find(String path) throws IOException {
        Deque<Found> above = new ArrayDeque<>();
        above.push(new Found(ROOT, GuestFile.Kind.FOLDER, Optional.empty(), ROOT));
        Deque<String> rest = new ArrayDeque<>(parts(GuestName.bytes(path)));
        int links = 0;
        while (!rest.isEmpty()) {
            String part = rest.pop();
            if (part.equals("..")) {
                if (above.size() > 1) {
                    above.pop();
                }
                continue;
            }
            Found found = child(above.element(), part).orElseThrow(() -> missing(path));
            if (found.kind() == GuestFile.Kind.LINK) {
                Inode link = inodes(List.of(found.inode())).get(found.inode());
                Optional<String> target =
                        link == null ? Optional.empty() : target(found.inode(), link);
                links++;
                if (target.isEmpty() || links > MOST_LINKS) {
                    throw missing(path);
                }
                if (target.get().startsWith("/")) {
                    while (above.size() > 1) {
                        above.pop();
                    }
                }
                parts(target.get()).reversed().forEach(rest::push);
            } else {
                above.push(found);
            }
        }
        return above.element();
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }

    /// A file of a name in a folder.
    Optional<Found> child(Found folder, String name) throws IOException {
        return children(List.of(folder.inode())).getOrDefault(folder.inode(), List.of()).stream()
                .filter(child -> child.name().bytes().equals(name))
                .findFirst()
                .map(child ->
                        new Found(
                                child.inode(),
                                child.kind(),
                                Optional.of(child.name()),
                                folder.inode()));
    }

    private MachineException missing(String path) {
        return new MachineException.DiskRefused(
                machine,
                MachineException.DiskRefused.Why.MISSING,
                "the disk of " + machine + " has no " + (path.isEmpty() ? "/" : path));
    }
}
