package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.Ovmf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/// How one machine goes over to another release.
///
/// The order, which a kill at any point leaves right: a switch that waits is withdrawn, what the
/// machine was becomes a state, what the release needs besides is put there, and `head.json`, which
/// names both the release and the disks, is replaced: that is the switch. One that waited for a
/// start is withdrawn after it instead; it then names the release that the machine has.
final class Switching {
    private static final int LOOKS = 5;

    private final Machines machines;
    private final MachineName name;
    private final MachineFolder files;

    Switching(Machines machines, MachineName name) {
        this.machines = machines;
        this.name = name;
        this.files = machines.files(name);
    }

    /// Switches now, or at the next start if the machine runs.
    Switch to(Digest release, UnsavedWork work) throws MachineException {
        try {
            for (int look = 0; look < LOOKS; look++) {
                Machine machine = machines.find(name);
                switch (machines.status(name)) {
                    case MachineStatus.Running _,
                            MachineStatus.Paused _,
                            MachineStatus.Starting _ -> {
                        return announce(machine, release);
                    }
                    case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {
                        Optional<MachineFolder.Lock> lock = files.tryLock();
                        if (lock.isPresent()) {
                            try (MachineFolder.Lock _ = lock.get()) {
                                return now(machines.find(name), release, work);
                            }
                        }
                        // Somebody looks, or begins to run it.
                        Machines.rest();
                    }
                }
            }
            throw new MachineException.MachineBusy(name, "another verb");
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.path(), failure);
        }
    }

    private Switch announce(Machine machine, Digest release) throws IOException {
        if (release.equals(machine.appliance())) {
            withdraw();
            return new Switch.Unneeded(release);
        }
        fitting(release);
        MachineFolder.writeWhole(files.next(), MachineText.writeNext(release));
        return new Switch.AtNextStart(machine.appliance(), release);
    }

    private Switch now(Machine machine, Digest release, UnsavedWork work) throws IOException {
        if (release.equals(machine.appliance())) {
            withdraw();
            return new Switch.Unneeded(release);
        }
        InstalledAppliance to = fitting(release);
        InstalledAppliance from = installed(machine.appliance());
        Optional<Integer> suspended = files.readHead().suspended();
        if (suspended.isPresent()) {
            switch (work) {
                case REFUSE -> throw new MachineException.WorkUnsaved(name, suspended.get());
                case KEEP_IN_HISTORY -> {}
            }
        }
        // What was asked last counts, whatever is killed.
        withdraw();
        return change(machine, from, to);
    }

    /// Makes the switch that waits, if the start is one from the disks. The keeper calls it, which
    /// holds the lock. One that cannot be made waits on.
    ///
    /// @param said told what came of it
    void atStart(Keeper.Wish wish, Consumer<String> said) throws MachineException {
        Machine machine = machines.find(name);
        boolean isResume = wish == Keeper.Wish.RESUME && files.readHead().suspended().isPresent();
        if (machine.next().isEmpty() || isResume) {
            return;
        }
        try {
            Digest next = machine.next().get();
            InstalledAppliance to = fitting(next);
            change(machine, installed(machine.appliance()), to);
            said.accept("switched to release " + to.description().version());
            if (files.readNext().equals(Optional.of(next))) {
                withdraw();
            }
        } catch (IOException waits) {
            said.accept("not switched to the next release: " + waits.getMessage());
        }
    }

    private Switch change(Machine machine, InstalledAppliance from, InstalledAppliance to)
            throws IOException {
        Appliance release = to.description();
        int restorePoint =
                new History(machines, machine)
                        .replace(Optional.of("before " + release.version()))
                        .number();
        supply(to);
        Pin pin = Pin.of(machine).switchedTo(to.id(), from.description(), release);
        files.readHead().withoutSystem(Optional.of(pin), restorePoint).write(files.head());
        return new Switch.Done(from.id(), to.id(), restorePoint);
    }

    private void withdraw() throws IOException {
        Files.deleteIfExists(files.next());
    }

    /// A release that the machine can go over to.
    private InstalledAppliance fitting(Digest release) throws IOException {
        InstalledAppliance to = installed(release);
        if (Files.exists(files.personal())
                && !to.description().parts().containsKey(Appliance.Part.PERSONAL)) {
            throw new MachineException.ReleaseUnfit(
                    name, to.description().version(), "it has no personal disk");
        }
        if (!to.description().isCustomisable() && isArranged()) {
            throw new MachineException.ReleaseUnfit(
                    name,
                    to.description().version(),
                    "it does not find the home on a personal disk that holds customisations");
        }
        return to;
    }

    /// Whether the personal disk is one on which customisations have their place.
    private boolean isArranged() throws IOException {
        if (files.readHead().customised().isPresent()) {
            return true;
        }
        try {
            Machine machine = machines.find(name);
            return machines.appliances().find(machine.origin()).description().isCustomisable();
        } catch (ApplianceException.ApplianceMissing removed) {
            return false;
        }
    }

    private InstalledAppliance installed(Digest release) throws IOException {
        return installed(machines, name, release);
    }

    /// A release on this host.
    static InstalledAppliance installed(Machines machines, MachineName name, Digest release)
            throws IOException {
        try {
            return machines.appliances().find(release);
        } catch (ApplianceException.ApplianceMissing missing) {
            throw new MachineException.ReleaseMissing(name, release);
        } catch (ApplianceException.ApplianceDamaged damaged) {
            throw new MachineException.ReleaseUnfit(
                    name, release.text(), String.valueOf(damaged.getMessage()));
        }
    }

    /// What the machine has not yet, and the release needs.
    private void supply(InstalledAppliance to) throws IOException {
        if (!to.isWhole()) {
            throw new MachineException.ReleaseUnfit(
                    name, to.description().version(), "it is not here whole");
        }
        if (to.description().parts().containsKey(Appliance.Part.PERSONAL)) {
            copyOnce(to.file(Appliance.Part.PERSONAL), files.personal());
        }
        if (to.description().firmware() == Firmware.UEFI) {
            try {
                copyOnce(Ovmf.newVariables(), files.uefiVariables());
            } catch (HypervisorException.FirmwareMissing failure) {
                throw new MachineException.FirmwareMissing(name, failure);
            }
        }
    }

    private static void copyOnce(Path from, Path to) throws IOException {
        if (!Files.exists(to)) {
            Path beside = to.resolveSibling(to.getFileName() + ".part");
            Disks.copy(from, beside);
            Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    /// The appliances that the machine may be opened with: now, before, next, or from a state.
    Set<Digest> needed() throws MachineException {
        Set<Digest> needed = new HashSet<>();
        try {
            Machine machine = machines.find(name);
            needed.add(machine.appliance());
            machine.previous().ifPresent(needed::add);
            machine.next().ifPresent(needed::add);
            States states = new States(name, files);
            for (int number : states.numbers()) {
                try {
                    needed.add(states.find(number).hardware().appliance());
                } catch (MachineException.StateMissing removedMeanwhile) {
                    // It needs none any more.
                }
            }
        } catch (MachineException.MachineMissing removedMeanwhile) {
            // The same.
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.states(), failure);
        }
        return needed;
    }
}
