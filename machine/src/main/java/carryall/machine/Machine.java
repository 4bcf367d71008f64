package carryall.machine;

import carryall.appliance.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import java.time.Instant;
import java.util.UUID;

/// A user's own instance of an appliance. `docs/formats/machine.md` has the text form.
///
/// @param appliance the pinned appliance
/// @param network what the user granted
public record Machine(
        MachineName name,
        UUID id,
        Digest appliance,
        MacAddress mac,
        ByteSize memory,
        int cpus,
        Network network,
        Instant created) {}
