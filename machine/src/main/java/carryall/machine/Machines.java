package carryall.machine;

import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.Network;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The machines of one user: the state directory. Safe for many processes: each change of a machine
/// holds its lock, and a keeper holds the lock as long as it lives.
public final class Machines {
    private final Path home;

    /// Over a state directory, which need not be there yet.
    ///
    /// @param home the state directory (`~/.local/share/carryall`); made when first needed, mode
    ///   0700
    public Machines(Path home) {
        this.home = home;
    }

    /// The state directory that `CARRYALL_HOME`, `XDG_DATA_HOME` and `HOME` name, in this order.
    public static Path homeOfUser() {
        throw new UnsupportedOperationException();
    }

    /// The appliances on this host.
    public Appliances appliances() {
        throw new UnsupportedOperationException("" + home);
    }

    /// All machines in the order of their names. A damaged one is listed with what is wrong.
    public List<Listed> list() throws MachineException {
        throw new UnsupportedOperationException();
    }

    /// A machine as a listing shows it.
    ///
    /// @param machine empty if its file is damaged
    public record Listed(
            MachineName name,
            Optional<Machine> machine,
            MachineStatus status,
            Optional<MachineException> damage) {}

    public Machine find(MachineName name) throws MachineException {
        throw new UnsupportedOperationException("" + name);
    }

    public MachineStatus status(MachineName name) throws MachineException {
        throw new UnsupportedOperationException("" + name);
    }

    /// Makes a machine of an appliance: its folder, an empty scratch, a personal disk from the
    /// template. Nothing is left behind if it fails.
    public Machine create(MachineName name, InstalledAppliance appliance, Network granted)
            throws MachineException {
        throw new UnsupportedOperationException(name + " " + appliance + " " + granted);
    }

    /// Starts a keeper of its own for the machine and waits until the guest runs.
    ///
    /// @param steps told of each step in a few words
    public void start(MachineName name, Consumer<String> steps) throws MachineException {
        throw new UnsupportedOperationException(name + " " + steps);
    }

    /// Asks the guest to shut down, insists after `patience`, and returns when the keeper has
    /// ended.
    ///
    /// @return how it ended
    public MachineStatus.LastRun stop(MachineName name, Duration patience) throws MachineException {
        throw new UnsupportedOperationException(name + " " + patience);
    }

    /// Removes a stopped machine with its disks.
    public void remove(MachineName name) throws MachineException {
        throw new UnsupportedOperationException("" + name);
    }

    /// What can be asked of a running machine.
    ///
    /// @throws MachineException.MachineNotRunning if no keeper holds it
    public KeeperConnection connect(MachineName name) throws MachineException {
        throw new UnsupportedOperationException("" + name);
    }

    /// The machine's folder: its disks, `machine.json`, `keeper.log`, `console.log`.
    public Path folder(MachineName name) {
        return home.resolve("machines").resolve(name.text());
    }
}
