package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A user's own instance of an appliance. `docs/formats/machine.md` has the text form.
///
/// @param origin the appliance it was made of: under its personal disk lies that one's template
/// @param appliance the pinned appliance
/// @param previous the appliance that it was pinned to before; empty if to no other
/// @param next the appliance that the next start from its disks switches to; never the pinned one
/// @param memory 4 MiB to 1 TiB, whole mebibytes
/// @param cpus 1 to 64
/// @param network what the user granted
/// @param lifetime how long it is there
public record Machine(
        MachineName name,
        UUID id,
        Digest origin,
        Digest appliance,
        Optional<Digest> previous,
        Optional<Digest> next,
        MacAddress mac,
        ByteSize memory,
        int cpus,
        Network network,
        Lifetime lifetime,
        Instant created) {
    public Machine {
        checkHardware(memory, cpus);
        next = next.filter(announced -> !announced.equals(appliance));
    }

    static void checkHardware(ByteSize memory, int cpus) {
        if (memory.compareTo(ByteSize.mebibytes(4)) < 0
                || memory.compareTo(ByteSize.mebibytes(1 << 20)) > 0
                || memory.bytes() % (1 << 20) != 0) {
            throw new IllegalArgumentException("memory: " + memory);
        }
        if (cpus < 1 || cpus > 64) {
            throw new IllegalArgumentException("cpus: " + cpus);
        }
    }

    /// One that was just made.
    static Machine fresh(
            MachineName name,
            UUID id,
            Digest origin,
            MacAddress mac,
            ByteSize memory,
            int cpus,
            Network network,
            Lifetime lifetime,
            Instant created) {
        return new Machine(
                name,
                id,
                origin,
                origin,
                Optional.empty(),
                Optional.empty(),
                mac,
                memory,
                cpus,
                network,
                lifetime,
                created);
    }

    /// The same as it stands now.
    ///
    /// @param pin empty if it never switched
    /// @param announced what `next.json` names
    Machine standing(Optional<Pin> pin, Optional<Digest> announced) {
        return new Machine(
                name,
                id,
                origin,
                pin.map(Pin::appliance).orElse(appliance),
                pin.flatMap(Pin::previous),
                announced,
                mac,
                pin.map(Pin::memory).orElse(memory),
                pin.map(Pin::cpus).orElse(cpus),
                network,
                lifetime,
                created);
    }

    /// The same with another network.
    Machine granted(Network other) {
        return new Machine(
                name, id, origin, appliance, previous, next, mac, memory, cpus, other, lifetime,
                created);
    }
}
