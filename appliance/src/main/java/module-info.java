/// What a publisher made: the description of an appliance, and where the ones on this host lie.
///
/// An [Appliance][carryall.appliance.Appliance] is immutable and named by the digest of its
/// description, which names the digest of each of its files.
/// [Appliances][carryall.appliance.Appliances] keeps them in a directory; a machine pins one by its
/// digest.
///
/// It knows nothing of machines, and never starts one.
@org.jspecify.annotations.NullMarked
module carryall.appliance {
    requires static transitive org.jspecify;
    requires transitive carryall.hypervisor;
    requires transitive carryall.json;
    requires transitive carryall.crypto;

    exports carryall.appliance;
}
