package carryall.hypervisor;

/// The pinned virtual hardware. Part of a release for ever: a state resumes only on the very same
/// hardware, so that machine type and CPU model are versioned names, never aliases or `host`.
public enum Profile {
    /// PCI Express and virtio, for systems of today.
    MODERN("modern", "pc-q35-7.2", "Nehalem-v1"),
    /// IDE, Cirrus VGA, PS/2, Sound Blaster 16 and a PCnet card, for systems of the 1990s.
    CLASSIC("classic", "pc-i440fx-7.2", "pentium3-v1");

    private final String word;
    private final String machineType;
    private final String cpuModel;

    Profile(String word, String machineType, String cpuModel) {
        this.word = word;
        this.machineType = machineType;
        this.cpuModel = cpuModel;
    }

    /// As written in recipes and descriptions.
    public String word() {
        return word;
    }

    /// QEMU's versioned machine type.
    public String machineType() {
        return machineType;
    }

    /// QEMU's versioned CPU model.
    public String cpuModel() {
        return cpuModel;
    }
}
