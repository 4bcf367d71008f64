package carryall.machine;

import carryall.appliance.ApplianceException;
import carryall.appliance.Sharing;
import carryall.folder.Grant;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// The folders of the host that one machine was granted. They can be changed whatever the machine
/// does: its keeper is told if it has one, else the machine's file says it.
public final class FolderGrants {
    private static final Duration START_PATIENCE = Duration.ofSeconds(60);

    private final Machines machines;
    private final MachineName name;
    private final MachineFolder files;

    FolderGrants(Machines machines, MachineName name) {
        this.machines = machines;
        this.name = name;
        this.files = machines.files(name);
    }

    /// All, in the order in which they were granted.
    public List<Grant> all() throws MachineException {
        return files.readFolders();
    }

    /// Grants one.
    ///
    /// @param grant its directory may be named by links
    /// @throws MachineException.FoldersForeign if the guest takes none
    /// @throws MachineException.FolderAbsent if there is no such directory
    /// @throws MachineException.FolderUnfit if it must not be granted
    /// @throws MachineException.FolderInUse if the machine has another of that name
    public Granted add(Grant grant) throws MachineException {
        checkSharing();
        Grant placed =
                new Grant(
                        grant.name(),
                        FolderPlace.checked(grant.directory(), machines.home()),
                        grant.access());
        with(all(), placed);
        return change(
                keeper -> keeper.addFolder(placed),
                () -> {
                    files.writeFolders(with(all(), placed));
                    return new Granted.AtNextStart();
                });
    }

    /// Takes one away. The folder itself stays as it is.
    ///
    /// @throws MachineException.FolderMissing if the machine has none of that name
    public void remove(String folder) throws MachineException {
        without(all(), folder);
        change(
                keeper -> {
                    keeper.removeFolder(folder);
                    return folder;
                },
                () -> {
                    files.writeFolders(without(all(), folder));
                    return folder;
                });
    }

    private void checkSharing() throws MachineException {
        Machine machine = machines.find(name);
        try {
            Sharing sharing =
                    machines.appliances().find(machine.appliance()).description().sharing();
            switch (sharing) {
                case NONE -> throw new MachineException.FoldersForeign(name);
                case LINE -> {}
            }
        } catch (ApplianceException missing) {
            throw new MachineException.ReleaseMissing(name, machine.appliance());
        }
    }

    private List<Grant> with(List<Grant> before, Grant grant) throws MachineException {
        if (before.stream().anyMatch(other -> other.name().equals(grant.name()))) {
            throw new MachineException.FolderInUse(name, grant.name());
        }
        if (before.size() >= FoldersText.MOST) {
            throw new MachineException.FolderUnfit(
                    grant.directory(), name + " has " + FoldersText.MOST + " folders already");
        }
        List<Grant> after = new ArrayList<>(before);
        after.add(grant);
        return after;
    }

    private List<Grant> without(List<Grant> before, String folder) throws MachineException {
        List<Grant> after = new ArrayList<>(before);
        if (!after.removeIf(grant -> grant.name().equals(folder))) {
            throw new MachineException.FolderMissing(name, folder);
        }
        return after;
    }

    private interface Live<T> {
        T ask(KeeperConnection keeper) throws MachineException;
    }

    private interface Still<T> {
        T write() throws IOException;
    }

    private <T> T change(Live<T> live, Still<T> still) throws MachineException {
        long end = System.nanoTime() + START_PATIENCE.toNanos();
        try {
            while (System.nanoTime() < end) {
                switch (machines.status(name)) {
                    case MachineStatus.Running _, MachineStatus.Paused _ -> {
                        return live.ask(machines.connect(name));
                    }
                    case MachineStatus.Starting _ -> {}
                    case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {
                        var lock = files.tryLock();
                        if (lock.isPresent()) {
                            try (MachineFolder.Lock _ = lock.get()) {
                                return still.write();
                            }
                        }
                    }
                }
                // It starts, or somebody looks.
                Machines.rest();
            }
            throw new MachineException.MachineBusy(name, "its keeper, which starts");
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.folders(), failure);
        }
    }
}
