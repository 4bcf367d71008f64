package carryall.machine;

import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.ByteSize;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// The states of one machine, and what can be made of them.
public final class History {
    private final Machines machines;
    private final Machine machine;
    private final MachineFolder files;
    private final States states;

    History(Machines machines, Machine machine) {
        this.machines = machines;
        this.machine = machine;
        this.files = machines.files(machine.name());
        this.states = new States(machine.name(), files);
    }

    /// A state as a listing shows it.
    public sealed interface Entry {
        /// The state's number.
        int number();

        /// One that can be read.
        ///
        /// @param isCurrent whether the machine lies in it or goes on from it
        /// @param screen a PNG of what the screen showed, if there is one
        record Whole(State state, boolean isCurrent, Optional<Path> screen) implements Entry {
            @Override
            public int number() {
                return state.number();
            }
        }

        /// One that is not what was saved.
        record Damaged(int number, String found) implements Entry {}
    }

    /// All states, the oldest first.
    public List<Entry> list() throws MachineException {
        try {
            Head head = files.readHead();
            List<Entry> entries = new ArrayList<>();
            for (int number : states.numbers()) {
                try {
                    entries.add(
                            new Entry.Whole(
                                    states.find(number),
                                    head.suspended().or(head::parent).equals(Optional.of(number)),
                                    Optional.of(states.screen(number)).filter(Files::exists)));
                } catch (MachineException.StateRefused damaged) {
                    entries.add(new Entry.Damaged(number, String.valueOf(damaged.getMessage())));
                }
            }
            return entries;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// Keeps the disks of a machine that does not run as a state without memory, or the state that
    /// it lies in under a label.
    ///
    /// @return the state's number
    public int keep(Optional<String> label) throws MachineException {
        try (MachineFolder.Lock _ = machines.changing(machine.name())) {
            return keep(State.Kind.SNAPSHOT, label).number();
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// Keeps what a verb is about to replace; the caller holds the lock.
    State replace(Optional<String> label) throws IOException {
        return keep(State.Kind.REPLACED, label);
    }

    /// The state that the machine, which does not run, lies in or goes on from; what was written
    /// since is kept as one. The caller holds the lock.
    State standing() throws IOException {
        Head head = files.readHead();
        Optional<Integer> current = head.suspended().or(head::parent);
        if (current.isPresent() && states.numbers().contains(current.get())) {
            State state = states.find(current.get());
            if (head.suspended().isPresent() || isUnwritten(head, state)) {
                return state;
            }
        }
        return keep(State.Kind.SNAPSHOT, Optional.empty());
    }

    private static boolean isUnwritten(Head head, State state) {
        return head.disks().entrySet().stream()
                .allMatch(disk ->
                        disk.getValue().top().isEmpty()
                                && disk.getValue()
                                        .frozen()
                                        .equals(
                                                state
                                                        .disks()
                                                        .getOrDefault(disk.getKey(), List.of())
                                                        .stream()
                                                        .map(State.FrozenLayer::layer)
                                                        .toList()));
    }

    /// Where a machine stands that comes from another host in a state.
    ///
    /// @param made as it was made there
    static Head arrived(Machine made, State state) {
        return headOf(state, pin(made, state), state.number());
    }

    private State keep(State.Kind kind, Optional<String> label) throws IOException {
        Head head = files.readHead();
        if (head.suspended().isPresent()) {
            return relabel(states.find(head.suspended().get()), kind, label);
        }
        int number = states.next(head);
        Machine now = machines.find(machine.name());
        InstalledAppliance appliance = machines.appliances().find(now.appliance());
        MachineDisks disks = new MachineDisks(files, appliance);
        Map<String, Layers> frozen = new TreeMap<>();
        long bytes = 0;
        for (String serial : disks.serials()) {
            Layers layers = head.disk(serial);
            if (layers.top().isPresent()) {
                bytes += Files.size(disks.file(layers.top().get()));
            }
            frozen.put(serial, layers.frozenWhole());
        }
        State state =
                new State(
                        number,
                        kind,
                        label,
                        head.parent(),
                        Instant.now(),
                        Fit.hardware(now, appliance),
                        Optional.empty(),
                        disks.content(frozen),
                        head.customised().isPresent(),
                        new ByteSize(bytes));
        states.complete(states.begin(number), state);
        head.passed(number, frozen).write(files.head());
        disks.seal(frozen);
        return state;
    }

    private State relabel(State before, State.Kind kind, Optional<String> label)
            throws IOException {
        State after =
                new State(
                        before.number(),
                        before.kind() == State.Kind.SNAPSHOT ? State.Kind.SNAPSHOT : kind,
                        kind == State.Kind.REPLACED
                                ? before.label().or(() -> label)
                                : label.or(before::label),
                        before.parent(),
                        before.taken(),
                        before.hardware(),
                        before.memory(),
                        before.disks(),
                        before.isCustomised(),
                        before.stored());
        states.describe(after);
        return after;
    }

    /// Puts the machine, which must not run, back to a state, and to the release that this was
    /// taken of. What it was until now is kept as a state too; a switch that waited for the next
    /// start is withdrawn.
    ///
    /// @throws MachineException.ReleaseMissing if the state's release is not on this host
    /// @return the number of the state that holds what was replaced
    public int restore(int number) throws MachineException {
        try (MachineFolder.Lock _ = machines.changing(machine.name())) {
            State state = states.find(number);
            Switching.installed(machines, machine.name(), state.hardware().appliance());
            Files.deleteIfExists(files.next());
            files.changes().forget();
            State replaced = replace(Optional.empty());
            Head head = files.readHead();
            Machine before = machine.standing(head.pin(), Optional.empty());
            headOf(state, pin(before, state), head.lastState()).write(files.head());
            return replaced.number();
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// Makes the system of the machine, which must not run, the publisher's again; what is the
    /// user's stays. What it was until now is kept as a state.
    ///
    /// @return the number of the state that holds what was replaced
    public int reset() throws MachineException {
        try (MachineFolder.Lock _ = machines.changing(machine.name())) {
            int replaced = replace(Optional.of("before the reset")).number();
            Head head = files.readHead();
            head.withoutSystem(head.pin(), replaced).write(files.head());
            return replaced;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// The same, and takes customisations of the system back. That they are on the personal disk no
    /// more is so once the machine has booted: the guest does it.
    ///
    /// @param paths absolute; empty for all customisations
    /// @return the number of the state that holds what was replaced
    /// @throws MachineException.NotCustomised if it has none
    /// @throws MachineException.TooManyPaths if the guest cannot be told all of them
    public int resetCustomisations(List<String> paths) throws MachineException {
        try (MachineFolder.Lock _ = machines.changing(machine.name())) {
            Customised customised =
                    files.readHead()
                            .customised()
                            .orElseThrow(() -> new MachineException.NotCustomised(machine.name()));
            Customised after = customised.takingBack(paths);
            if (!after.takeBack().orElseThrow().isShort()) {
                throw new MachineException.TooManyPaths(machine.name(), paths.size());
            }
            int replaced = replace(Optional.of("before the reset")).number();
            Head head = files.readHead();
            head.withoutSystem(head.pin(), replaced).with(Optional.of(after)).write(files.head());
            return replaced;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// Makes the machine, which must not run, ready to be opened with its system writable.
    ///
    /// @param work what becomes of what is open in it, if it is suspended
    /// @throws MachineException.NotCustomisable if its release cannot do that
    /// @throws MachineException.WorkUnsaved if it is suspended and `work` is to refuse
    public void beforeCustomising(UnsavedWork work) throws MachineException {
        try (MachineFolder.Lock _ = machines.changing(machine.name())) {
            InstalledAppliance appliance = machines.appliances().find(machine.appliance());
            if (!appliance.description().isCustomisable()) {
                throw new MachineException.NotCustomisable(
                        machine.name(), appliance.description().version());
            }
            if (machine.lifetime() == Lifetime.ONE_RUN) {
                throw new MachineException.LeavesNothing(machine.name());
            }
            Optional<Integer> suspended = files.readHead().suspended();
            if (suspended.isPresent()) {
                switch (work) {
                    case REFUSE ->
                            throw new MachineException.WorkUnsaved(machine.name(), suspended.get());
                    case KEEP_IN_HISTORY -> {
                        int replaced = replace(Optional.of("before customising")).number();
                        Head head = files.readHead();
                        head.withoutSystem(head.pin(), replaced).write(files.head());
                    }
                }
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
    }

    /// The release of a state, if it is not the one that the machine was made of.
    private static Optional<Pin> pin(Machine before, State state) {
        State.Hardware saved = state.hardware();
        Pin pin = Pin.of(before).restoredTo(saved);
        boolean isAsMade =
                saved.appliance().equals(before.origin())
                        && pin.previous().isEmpty()
                        && saved.memory().equals(before.memory())
                        && saved.cpus() == before.cpus();
        return isAsMade ? Optional.empty() : Optional.of(pin);
    }

    /// Where a machine stands that lies in a state.
    private static Head headOf(State state, Optional<Pin> pin, int lastState) {
        Map<String, Layers> layers = new HashMap<>();
        state.disks()
                .forEach((serial, disk) ->
                        layers.put(
                                serial,
                                new Layers(
                                        disk.stream().map(State.FrozenLayer::layer).toList(),
                                        Optional.empty())));
        return new Head(
                pin,
                lastState,
                state.memory().isPresent() ? Optional.of(state.number()) : Optional.empty(),
                Optional.of(state.number()),
                layers,
                true,
                state.isCustomised() ? Optional.of(Customised.KEPT) : Optional.empty());
    }

    /// Makes another machine that lies in a state of this one, and is of that state's release. What
    /// is frozen is shared, not copied; the other has an identity of its own.
    ///
    /// @throws MachineException.ReleaseMissing if the state's release is not on this host
    public Machine copy(int number, MachineName name) throws MachineException {
        Path place = machines.folder(name);
        Path beside = place.resolveSibling("." + name + "." + UUID.randomUUID());
        try {
            State state = states.find(number);
            if (Files.exists(place)) {
                throw new MachineException.NameInUse(name);
            }
            State.Hardware saved = state.hardware();
            Switching.installed(machines, machine.name(), saved.appliance());
            Machine copy =
                    Machine.fresh(
                            name,
                            UUID.randomUUID(),
                            machine.origin(),
                            NewMachine.randomMac(),
                            saved.memory(),
                            saved.cpus(),
                            machine.network(),
                            Lifetime.LASTING,
                            Instant.now());
            Optional<Pin> pin =
                    saved.appliance().equals(machine.origin())
                            ? Optional.empty()
                            : Optional.of(
                                    new Pin(
                                            saved.appliance(),
                                            saved.memory(),
                                            saved.cpus(),
                                            Optional.empty()));
            Files.createDirectory(beside);
            MachineFolder others = new MachineFolder(beside);
            link(files.disks(), others.disks());
            link(files.memory(), others.memory());
            Path stateFolder = others.states().resolve(Integer.toString(number));
            Files.createDirectories(others.states());
            link(files.states().resolve(Integer.toString(number)), stateFolder);
            if (Files.exists(files.uefiVariables())) {
                Files.copy(files.uefiVariables(), others.uefiVariables());
            }
            // Written to by each on its own, so no links.
            for (Path file : List.of(files.folders(), files.handles())) {
                if (Files.exists(file)) {
                    Files.copy(file, beside.resolve(file.getFileName()));
                }
            }
            Head head = headOf(state, pin, number);
            head.write(others.head());
            MachineFolder.writeWhole(others.machine(), MachineText.write(copy));
            new States(name, others).tidy(head);
            Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
            return copy.standing(pin, Optional.empty());
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(place, failure);
        } finally {
            NewMachine.removeQuietly(beside);
        }
    }

    /// The same files under another folder, by hard links; what is not frozen is removed by
    /// [States#tidy], and only what the state names is left.
    static void link(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        if (!Files.isDirectory(from)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(from)) {
            for (Path entry : entries) {
                if (Files.isRegularFile(entry) && !Files.exists(to.resolve(entry.getFileName()))) {
                    Files.createLink(to.resolve(entry.getFileName()), entry);
                }
            }
        }
    }
}
