/// From a short YAML text to a built appliance.
///
/// [Recipe][carryall.recipe.Recipe] is the text, read and checked;
/// [Builder][carryall.recipe.Builder] makes disks from it in a new folder of
/// [Appliances][carryall.appliance.Appliances] and adds that. A recipe cannot name paths, devices
/// or programs of the host, nor options of QEMU.
@org.jspecify.annotations.NullMarked
module carryall.recipe {
    requires static transitive org.jspecify;
    requires transitive carryall.machine;
    requires org.snakeyaml.engine;

    exports carryall.recipe;
}
