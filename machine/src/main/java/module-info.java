/// A user's machines: their files, the keeper that runs each, and the verbs upon them.
///
/// The state directory is the truth: [Machines][carryall.machine.Machines] reads and writes it, one
/// folder a machine. A running machine is a process of its own, the keeper, which
/// [Keeper][carryall.machine.Keeper] is; it holds the machine's lock and QEMU. Any other process
/// asks it through its socket, by [KeeperConnection][carryall.machine.KeeperConnection].
///
/// It neither builds appliances nor talks to people.
@org.jspecify.annotations.NullMarked
module carryall.machine {
    requires static transitive org.jspecify;
    requires transitive carryall.appliance;
    requires carryall.block;
    requires transitive carryall.folder;
    requires transitive carryall.chunk;
    requires carryall.release;

    exports carryall.machine;
}
