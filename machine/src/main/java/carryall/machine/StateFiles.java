package carryall.machine;

import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// All that another host needs to have a machine in one of its states, but for the release. The
/// machine, which does not run, is held while this is open.
public final class StateFiles implements AutoCloseable {
    private final MachineFolder.Lock lock;
    private final Machine machine;
    private final State state;
    private final InstalledAppliance appliance;
    private final Map<String, Path> files;
    private final Digest stands;

    private StateFiles(
            MachineFolder.Lock lock,
            Machine machine,
            State state,
            InstalledAppliance appliance,
            Map<String, Path> files,
            Digest stands) {
        this.lock = lock;
        this.machine = machine;
        this.state = state;
        this.appliance = appliance;
        this.files = files;
        this.stands = stands;
    }

    /// The state that a machine lies in, or goes on from; if it was written since, that is kept as
    /// a new state without memory first.
    ///
    /// @throws MachineException.MachineBusy if it runs
    public static StateFiles of(Machines machines, MachineName name) throws MachineException {
        Machine machine = machines.find(name);
        if (machine.lifetime() == Lifetime.ONE_RUN) {
            throw new MachineException.LeavesNothing(name);
        }
        MachineFolder files = machines.files(name);
        try {
            MachineFolder.Lock lock = machines.changing(name);
            try {
                State state = machines.history(name).standing();
                InstalledAppliance appliance =
                        machines.appliances().find(state.hardware().appliance());
                return new StateFiles(
                        lock,
                        machine,
                        state,
                        appliance,
                        files(files, state),
                        Digest.of(files.head()));
            } catch (IOException | RuntimeException failure) {
                lock.close();
                throw failure;
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.path(), failure);
        }
    }

    /// What says where a machine stands: another digest, and it went on. Empty if there is none.
    public static Optional<Digest> stands(Machines machines, MachineName name)
            throws MachineException {
        Path head = machines.files(name).head();
        try {
            return Files.exists(head) ? Optional.of(Digest.of(head)) : Optional.empty();
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(head, failure);
        }
    }

    private static Map<String, Path> files(MachineFolder folder, State state) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        Path own = folder.states().resolve(Integer.toString(state.number()));
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(own)) {
            for (Path entry : entries) {
                if (!entry.endsWith("verified.json")) {
                    add(files, folder, entry);
                }
            }
        }
        state.memory()
                .ifPresent(memory ->
                        memory.packs()
                                .forEach(pack ->
                                        add(
                                                files,
                                                folder,
                                                folder.memory().resolve(pack.fileName()))));
        for (List<State.FrozenLayer> disk : state.disks().values()) {
            for (State.FrozenLayer layer : disk) {
                if (layer.layer() instanceof Layer.Own(String fileName)) {
                    add(files, folder, folder.disks().resolve(fileName));
                }
            }
        }
        for (Path each : List.of(folder.personal(), folder.uefiVariables(), folder.machine())) {
            if (Files.exists(each)) {
                add(files, folder, each);
            }
        }
        return files;
    }

    private static void add(Map<String, Path> files, MachineFolder folder, Path file) {
        files.put(folder.path().relativize(file).toString(), file);
    }

    /// The machine as it stands.
    public Machine machine() {
        return machine;
    }

    /// The state.
    public State state() {
        return state;
    }

    /// The release that it goes with.
    public InstalledAppliance appliance() {
        return appliance;
    }

    /// The files by path below the machine's folder.
    public Map<String, Path> files() {
        return Map.copyOf(files);
    }

    /// What says where the machine stands now.
    public Digest stands() {
        return stands;
    }

    @Override
    public void close() throws MachineException {
        try {
            lock.close();
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(Path.of("keeper.lock"), failure);
        }
    }
}
