package carryall.hypervisor;

/// What runs first in the virtual machine.
public enum Firmware {
    /// SeaBIOS; both profiles.
    BIOS,
    /// OVMF; profile `modern` only.
    UEFI
}
