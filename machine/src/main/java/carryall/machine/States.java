package carryall.machine;

import carryall.appliance.MemoryIndex;
import carryall.appliance.VerifiedFiles;
import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The states of one machine: a folder for each, whole or not there. What nothing refers to any
/// more is removed by [#tidy].
record States(MachineName name, MachineFolder files) {
    private static final String DESCRIPTION = "state.json";
    private static final String DEVICES = "devices";
    private static final String INDEX = "memory.index";
    private static final String SCREEN = "screen.png";

    private Path folder(int number) {
        return files.states().resolve(Integer.toString(number));
    }

    Path devices(int number) {
        return folder(number).resolve(DEVICES);
    }

    /// What the screen showed; may be missing.
    Path screen(int number) {
        return folder(number).resolve(SCREEN);
    }

    /// The numbers of all states, rising.
    List<Integer> numbers() throws IOException {
        List<Integer> numbers = new ArrayList<>();
        if (Files.isDirectory(files.states())) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(files.states())) {
                for (Path folder : folders) {
                    if (folder.getFileName().toString().matches("[1-9][0-9]{0,8}")) {
                        numbers.add(Integer.parseInt(folder.getFileName().toString()));
                    }
                }
            }
        }
        numbers.sort(Comparator.naturalOrder());
        return numbers;
    }

    /// The state of a number.
    ///
    /// @throws MachineException.StateMissing if there is none
    /// @throws MachineException.StateRefused if its description is not what was written
    State find(int number) throws MachineException {
        Path file = folder(number).resolve(DESCRIPTION);
        if (!Files.exists(file)) {
            throw new MachineException.StateMissing(name, number);
        }
        try {
            State state = StateText.parse(CheckedText.read(file));
            if (state.number() != number) {
                throw new MachineException.StateRefused(name, number, file + " is of another");
            }
            return state;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException | RuntimeException damaged) {
            throw new MachineException.StateRefused(
                    name, number, file + ": " + damaged.getMessage());
        }
    }

    /// The memory of a state, after everything that the state names was found to be as named.
    ///
    /// @param base the appliance's memory that it names, if it does, checked
    /// @throws MachineException.StateRefused if anything is not
    ParentMemory verified(
            State state,
            State.Memory memory,
            Optional<ParentMemory.Base> base,
            MachineDisks disks,
            int pages)
            throws IOException {
        int number = state.number();
        VerifiedFiles own = new VerifiedFiles(folder(number));
        check(number, own, devices(number), memory.devices());
        Path indexFile = folder(number).resolve(INDEX);
        check(number, own, indexFile, memory.index());
        VerifiedFiles packs = new VerifiedFiles(files.memory());
        for (State.Pack pack : memory.packs()) {
            check(number, packs, files.memory().resolve(pack.fileName()), pack.digest());
        }
        VerifiedFiles layers = new VerifiedFiles(files.disks());
        for (List<State.FrozenLayer> disk : state.disks().values()) {
            for (State.FrozenLayer layer : disk) {
                switch (layer.layer()) {
                    case Layer.Own mine -> check(number, layers, disks.file(mine), layer.digest());
                    // What it holds is checked when it is opened.
                    case Layer.Released(var part) -> {
                        if (!disks.appliance().content(part).digest().equals(layer.digest())) {
                            throw new MachineException.StateRefused(
                                    name, number, "its layer " + part + " is of another release");
                        }
                    }
                }
            }
        }
        MemoryIndex index;
        try {
            index = MemoryIndex.read(indexFile);
        } catch (IllegalArgumentException wrong) {
            throw new MachineException.StateRefused(name, number, indexFile + ": " + wrong);
        }
        if (index.pages() != pages) {
            throw new MachineException.StateRefused(
                    name, number, indexFile + " is of " + index.pages() + " pages");
        }
        return new ParentMemory(base, index, memory.packs(), files.memory());
    }

    private void check(int number, VerifiedFiles verified, Path file, Digest digest)
            throws MachineException {
        try {
            if (!verified.has(file, digest)) {
                throw new MachineException.StateRefused(name, number, file + " was changed");
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException gone) {
            throw new MachineException.StateRefused(name, number, file + " cannot be read");
        }
    }

    /// The number of the next state: higher than any that was, also than one whose verb was killed
    /// before the head named it.
    int next(Head head) throws IOException {
        int highest = numbers().stream().mapToInt(Integer::intValue).max().orElse(0);
        return Math.max(head.lastState(), highest) + 1;
    }

    /// A folder in which a state is put together; [#complete] gives it its number.
    Path begin(int number) throws IOException {
        Path beside = files.states().resolve("." + number);
        FileTree.remove(beside);
        Files.createDirectories(beside);
        return beside;
    }

    static Path devicesIn(Path beside) {
        return beside.resolve(DEVICES);
    }

    static Path indexIn(Path beside) {
        return beside.resolve(INDEX);
    }

    static Path screenIn(Path beside) {
        return beside.resolve(SCREEN);
    }

    /// Writes the description, flushes, and shows the state as a whole.
    void complete(Path beside, State state) throws IOException {
        CheckedText.write(beside.resolve(DESCRIPTION), StateText.write(state));
        flush(beside);
        Files.move(beside, folder(state.number()), StandardCopyOption.ATOMIC_MOVE);
        flush(files.states());
    }

    /// Writes the description of a state that is there anew.
    void describe(State state) throws IOException {
        CheckedText.write(folder(state.number()).resolve(DESCRIPTION), StateText.write(state));
    }

    private static void flush(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Removes states that were put together and never completed, those that the user did not ask
    /// for and that the machine no longer lies in or goes on from, and the packs and layers that
    /// nothing refers to.
    void tidy(Head head) throws IOException {
        List<State> kept = new ArrayList<>();
        boolean isUnsure = false;
        for (int number : numbers()) {
            try {
                State state = find(number);
                boolean isCurrent =
                        head.suspended().equals(Optional.of(number))
                                || head.parent().equals(Optional.of(number));
                if (state.kind() == State.Kind.SUSPENDED && !isCurrent) {
                    FileTree.remove(folder(number));
                } else {
                    kept.add(state);
                }
            } catch (MachineException.StateRefused damaged) {
                isUnsure = true;
            }
        }
        if (isUnsure) {
            // Whatever the damaged one refers to stays.
            return;
        }
        Set<String> packs = new HashSet<>();
        Set<String> layers = new HashSet<>();
        for (State state : kept) {
            state.memory()
                    .ifPresent(
                            memory -> memory.packs().forEach(pack -> packs.add(pack.fileName())));
            state.disks()
                    .values()
                    .forEach(disk -> disk.forEach(layer -> add(layer.layer(), layers)));
        }
        head.disks().values().forEach(disk -> disk.all().forEach(layer -> add(layer, layers)));
        removeOthers(files.states(), "\\.[0-9]+", Set.of());
        removeOthers(files.memory(), "pack-.*\\.pages", packs);
        removeOthers(files.disks(), ".*\\.qcow2(\\.part)?", layers);
    }

    /// How many of a disk's frozen layers, from the lowest, a state shares that the user keeps.
    int shared(String serial, Layers layers) throws IOException {
        int most = 0;
        for (int number : numbers()) {
            State state = find(number);
            List<State.FrozenLayer> disk = state.disks().getOrDefault(serial, List.of());
            if (state.kind() != State.Kind.SUSPENDED) {
                int same = 0;
                while (same < disk.size()
                        && same < layers.frozen().size()
                        && disk.get(same).layer().equals(layers.frozen().get(same))) {
                    same++;
                }
                most = Math.max(most, same);
            }
        }
        return most;
    }

    private static void add(Layer layer, Set<String> names) {
        if (layer instanceof Layer.Own(String fileName)) {
            names.add(fileName);
        }
    }

    private static void removeOthers(Path folder, String pattern, Set<String> kept)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                String entryName = entry.getFileName().toString();
                if (entryName.matches(pattern) && !kept.contains(entryName)) {
                    FileTree.remove(entry);
                }
            }
        }
    }
}
