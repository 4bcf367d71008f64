package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.MemorySink;
import carryall.hypervisor.Profile;
import carryall.hypervisor.QemuProgram;
import java.util.Optional;

/// Whether what was saved fits this host and this machine.
record Fit(
        Machine machine,
        InstalledAppliance appliance,
        QemuProgram.Version qemu,
        Accelerator accelerator) {
    /// The size of the machine's memory.
    int pages() {
        return Math.toIntExact(machine.memory().bytes() / MemorySink.PAGE);
    }

    /// What a state taken now is taken with.
    State.Hardware hardware() {
        return hardware(machine, appliance);
    }

    static State.Hardware hardware(Machine machine, InstalledAppliance appliance) {
        Profile profile = appliance.description().profile();
        return new State.Hardware(
                appliance.id(),
                profile.machineType(),
                profile.cpuModel(),
                machine.memory(),
                machine.cpus());
    }

    /// Why a state is not resumed here; empty if it is.
    Optional<String> misfit(State.Hardware saved, State.Memory memory) {
        State.Hardware here = hardware();
        if (!saved.appliance().equals(here.appliance())) {
            return Optional.of("is of another release of the appliance");
        }
        if (!saved.machineType().equals(here.machineType())
                || !saved.cpuModel().equals(here.cpuModel())) {
            return Optional.of("was taken on " + saved.machineType() + " " + saved.cpuModel());
        }
        if (!saved.memory().equals(here.memory()) || saved.cpus() != here.cpus()) {
            return Optional.of(
                    "was taken with " + saved.memory() + " and " + saved.cpus() + " processors");
        }
        return misfit(memory.qemu(), memory.accelerator());
    }

    /// Why the appliance's warm states are not resumed here; empty if they are.
    Optional<String> misfit(Appliance.Warm warm) {
        Appliance description = appliance.description();
        if (!machine.memory().equals(description.memory())
                || machine.cpus() != description.cpus()) {
            return Optional.of(
                    "was taken with "
                            + description.memory()
                            + " and "
                            + description.cpus()
                            + " processors");
        }
        return misfit(warm.qemu(), warm.accelerator());
    }

    private Optional<String> misfit(QemuProgram.Version saver, Accelerator savedOn) {
        if (savedOn != accelerator) {
            return Optional.of("was taken with " + savedOn + ", and this host has " + accelerator);
        }
        return qemu.loads(saver)
                ? Optional.empty()
                : Optional.of("was taken with QEMU " + saver + ", and this host has " + qemu);
    }
}
