package carryall.machine;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/// Gives a machine that comes from another host its place: with its identity, lying in the state
/// that came. A machine of that name and id, which does not run, is replaced; its own states stay
/// beside, under other numbers where they are taken.
public final class Landing {
    private final Machines machines;
    private final MachineName name;

    /// @param name what it is called
    public Landing(Machines machines, MachineName name) {
        this.machines = machines;
        this.name = name;
    }

    /// Puts the files that [StateFiles] named under a folder.
    @FunctionalInterface
    public interface Filler {
        void fill(Path folder) throws IOException;
    }

    /// Makes it, whole or not at all. Killed between its last two steps, a machine that was there
    /// is gone from this host, and comes again from where this one came.
    ///
    /// @param id the machine's
    /// @param state the number of the state that comes
    /// @return what says where it stands
    /// @throws MachineException.NameInUse if another machine has that name
    /// @throws MachineException.ReleaseMissing if the state's release is not on this host
    public Digest land(UUID id, int state, Filler filler) throws IOException {
        machines.makeHome();
        Path place = machines.folder(name);
        Files.createDirectories(place.resolveSibling(""));
        boolean isThere = Files.exists(place);
        if (isThere && !machines.find(name).id().equals(id)) {
            throw new MachineException.NameInUse(name);
        }
        Path beside = place.resolveSibling("." + name + "." + UUID.randomUUID());
        Optional<MachineFolder.Lock> held =
                isThere ? Optional.of(machines.changing(name)) : Optional.empty();
        try {
            Files.createDirectory(beside);
            MachineFolder files = new MachineFolder(beside);
            try (MachineFolder.Lock _ = files.tryLock().orElseThrow()) {
                filler.fill(beside);
                Head head = head(files, id, state);
                head.write(files.head());
                if (isThere) {
                    keepStates(machines.files(name), files, head);
                    machines.removeHeld(name);
                }
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
                return Digest.of(machines.files(name).head());
            }
        } finally {
            if (held.isPresent()) {
                held.get().close();
            }
            NewMachine.removeQuietly(beside);
        }
    }

    private Head head(MachineFolder files, UUID id, int number) throws IOException {
        Machine made = MachineFolder.parse(files.machine(), MachineText::parseMachine);
        if (!made.id().equals(id) || !made.name().equals(name)) {
            throw new MachineException.MachineDamaged(
                    files.machine(), "it is of " + made.name() + ", another machine");
        }
        State state = new States(name, files).find(number);
        Switching.installed(machines, name, state.hardware().appliance());
        return History.arrived(made, state);
    }

    /// Links what the machine had here, but for states that lie in the new folder already.
    private void keepStates(MachineFolder old, MachineFolder files, Head head) throws IOException {
        History.link(old.disks(), files.disks());
        History.link(old.memory(), files.memory());
        States before = new States(name, old);
        States after = new States(name, files);
        int next = Math.max(after.next(head), before.next(old.readHead()));
        for (int number : before.numbers()) {
            State state = before.find(number);
            boolean isTaken = after.numbers().contains(number);
            if (isTaken && after.find(number).equals(state)) {
                continue;
            }
            int free = isTaken ? next++ : number;
            Path place = files.states().resolve(Integer.toString(free));
            Files.createDirectory(place);
            try (DirectoryStream<Path> entries =
                    Files.newDirectoryStream(old.states().resolve(Integer.toString(number)))) {
                for (Path entry : entries) {
                    if (!entry.endsWith("state.json")) {
                        Files.createLink(place.resolve(entry.getFileName()), entry);
                    }
                }
            }
            after.describe(state.numbered(free));
        }
        head.counting(next - 1).write(files.head());
    }
}
