package carryall.machine;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import java.util.Optional;

/// Which release of its appliance a machine is an instance of, and the hardware that goes with it.
///
/// @param appliance the release, by the digest of its description
/// @param memory 4 MiB to 1 TiB, whole mebibytes
/// @param cpus 1 to 64
/// @param previous the release before; empty if the machine never had another
record Pin(Digest appliance, ByteSize memory, int cpus, Optional<Digest> previous) {
    Pin {
        Machine.checkHardware(memory, cpus);
    }

    /// What a machine is pinned to now.
    static Pin of(Machine machine) {
        return new Pin(machine.appliance(), machine.memory(), machine.cpus(), machine.previous());
    }

    /// What it is pinned to once it is switched to another release: with the hardware that this one
    /// asks for, but for what the user has set otherwise.
    ///
    /// @param from the description of the release until now
    Pin switchedTo(Digest other, Appliance from, Appliance to) {
        return new Pin(
                other,
                memory.equals(from.memory()) ? to.memory() : memory,
                cpus == from.cpus() ? to.cpus() : cpus,
                Optional.of(appliance));
    }

    /// What it is pinned to once it is put back to a state.
    Pin restoredTo(State.Hardware saved) {
        return new Pin(
                saved.appliance(),
                saved.memory(),
                saved.cpus(),
                saved.appliance().equals(appliance) ? previous : Optional.of(appliance));
    }
}
