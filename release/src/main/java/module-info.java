/// Releases on shelves, and the way between a shelf and this host.
///
/// A [Release][carryall.release.Release] is a manifest on a shelf: the description of an appliance,
/// an index, packs, deltas. [Publishing][carryall.release.Publishing] makes one of an appliance;
/// [Fetching][carryall.release.Fetching] makes the appliance of it again, from what is here already
/// and from as few bytes as it can.
///
/// It knows nothing of machines, and nothing of how shelves are reached.
@org.jspecify.annotations.NullMarked
module carryall.release {
    requires static transitive org.jspecify;
    requires transitive carryall.appliance;
    requires transitive carryall.transport;
    requires transitive carryall.chunk;
    requires carryall.json;

    exports carryall.release;
}
