package carryall.hypervisor;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;

/// The whole hardware of one virtual machine, and what may be reached from it.
///
/// @param name 1 to 64 of `[a-z0-9-]`; for people who look at processes
/// @param id the machine's own identity, seen by the guest as its SMBIOS UUID
/// @param uefiVariables the machine's own copy of [Ovmf#newVariables], which the firmware writes;
///   with [Firmware#UEFI] and only then
/// @param memory 4 MiB to 1 TiB, whole mebibytes
/// @param cpus 1 to 64
/// @param disks in the guest's order; the first is the system disk; 1 to 4; the tops of all lie in
///   one folder, which holds nothing but this machine's layers
/// @param ports names of virtio serial ports beside the agent's, in their order; each 1 to 32 of
///   `[a-z.-]`; only with profile `modern`
public record VirtualMachine(
        String name,
        UUID id,
        Profile profile,
        Firmware firmware,
        Optional<Path> uefiVariables,
        Accelerator accelerator,
        ByteSize memory,
        int cpus,
        List<Disk> disks,
        Boot boot,
        MacAddress mac,
        Network network,
        List<String> ports) {
    public VirtualMachine {
        disks = List.copyOf(disks);
        ports = List.copyOf(ports);
        if (!name.matches("[a-z0-9-]{1,64}")) {
            throw new IllegalArgumentException("name: " + name);
        }
        if (memory.compareTo(ByteSize.mebibytes(4)) < 0
                || memory.compareTo(ByteSize.mebibytes(1 << 20)) > 0
                || memory.bytes() % (1 << 20) != 0) {
            throw new IllegalArgumentException("memory: " + memory);
        }
        if (cpus < 1 || cpus > 64) {
            throw new IllegalArgumentException("cpus: " + cpus);
        }
        if (disks.isEmpty() || disks.size() > 4) {
            throw new IllegalArgumentException("disks: " + disks.size());
        }
        if (disks.stream().map(disk -> disk.top().getParent()).distinct().count() != 1) {
            throw new IllegalArgumentException("disks in more than one folder: " + disks);
        }
        if (firmware == Firmware.UEFI && profile == Profile.CLASSIC) {
            throw new IllegalArgumentException("profile classic has no UEFI");
        }
        if (!ports.isEmpty() && profile == Profile.CLASSIC) {
            throw new IllegalArgumentException("profile classic has no ports: " + ports);
        }
        if (!ports.stream().allMatch(port -> port.matches("[a-z.-]{1,32}"))) {
            throw new IllegalArgumentException("ports: " + ports);
        }
        if (uefiVariables.isPresent() != (firmware == Firmware.UEFI)) {
            throw new IllegalArgumentException(firmware + " with variables " + uefiVariables);
        }
    }

    /// The folder of the layers that are written to, and of those that come.
    Path layers() {
        return Objects.requireNonNull(disks.getFirst().top().getParent());
    }
}
