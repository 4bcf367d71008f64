package carryall.hypervisor;

/// How guest instructions are executed.
public enum Accelerator {
    /// By the processor itself, through `/dev/kvm`.
    KVM,
    /// By software emulation, QEMU's tiny code generator.
    TCG
}
