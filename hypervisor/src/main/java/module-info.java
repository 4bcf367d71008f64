/// Runs one virtual machine: QEMU in its jail, and the conversations with it.
///
/// A [VirtualMachine][carryall.hypervisor.VirtualMachine] says what hardware there is and where its
/// disks lie. [Qemu][carryall.hypervisor.Qemu] starts it inside a [Jail][carryall.hypervisor.Jail]
/// and holds the machine protocol (QMP); [GuestAgent][carryall.hypervisor.GuestAgent] speaks with
/// the agent inside the guest. What comes from QEMU or the guest is foreign: capped, parsed at the
/// edge.
///
/// It knows nothing of appliances, of users' machines, or of where files are kept.
@org.jspecify.annotations.NullMarked
module carryall.hypervisor {
    requires static transitive org.jspecify;
    requires io.avaje.jsonb;
    requires io.avaje.json;

    exports carryall.hypervisor;
}
