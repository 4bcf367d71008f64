package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import java.time.Instant;
import java.util.UUID;

/// A user's own instance of an appliance. `docs/formats/machine.md` has the text form.
///
/// @param appliance the pinned appliance
/// @param memory 4 MiB to 1 TiB, whole mebibytes
/// @param cpus 1 to 64
/// @param network what the user granted
public record Machine(
        MachineName name,
        UUID id,
        Digest appliance,
        MacAddress mac,
        ByteSize memory,
        int cpus,
        Network network,
        Instant created) {
    public Machine {
        if (memory.compareTo(ByteSize.mebibytes(4)) < 0
                || memory.compareTo(ByteSize.mebibytes(1 << 20)) > 0
                || memory.bytes() % (1 << 20) != 0) {
            throw new IllegalArgumentException("memory: " + memory);
        }
        if (cpus < 1 || cpus > 64) {
            throw new IllegalArgumentException("cpus: " + cpus);
        }
    }
}
