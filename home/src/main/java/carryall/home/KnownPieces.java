package carryall.home;

import carryall.crypto.Digest;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Where the pieces lie that the home has already. What a prune is about to remove is never among
/// them: a save that named it anew could lose it. One thread.
final class KnownPieces {
    private final Map<Digest, Place> places = new HashMap<>();
    private final Set<ObjectName> usable;

    /// Where a piece lies.
    record Place(Save.Pack pack, int offset, int stored) {}

    /// @param there packs that are in the home
    /// @param condemned objects that marks name
    KnownPieces(Set<ObjectName> there, Set<ObjectName> condemned) {
        this.usable = new HashSet<>(there);
        this.usable.removeAll(condemned);
    }

    /// Learns the pieces of a save.
    void learn(Save save) {
        for (SavedFile file : save.files()) {
            for (Piece piece : file.pieces()) {
                if (piece instanceof Piece.Stored stored) {
                    Save.Pack pack = save.packs().get(stored.pack());
                    if (usable.contains(pack.name())) {
                        places.putIfAbsent(
                                stored.digest(), new Place(pack, stored.offset(), stored.stored()));
                    }
                }
            }
        }
    }

    Optional<Place> find(Digest digest) {
        return Optional.ofNullable(places.get(digest));
    }
}
