package carryall.home;

import carryall.crypto.Digest;
import carryall.transport.TransportException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// Saves a state: first the packs, then the save, last this host's head that names it. What is left
/// when it is cut before that is named by nothing, and a prune removes it.
record Pushing(Seat seat) {
    Home.Pushed push(Luggage luggage, Digest stands) throws IOException {
        View view = seat.lookToWrite();
        SealedStore sealed = seat.sealed();
        Optional<HomeFolder.Carried> before = seat.files().carried(luggage.machine());
        List<Ancestry> last =
                seat.own(view).map(own -> own.tips(luggage.machine())).orElse(List.of()).stream()
                        .map(Head.Tip::ancestry)
                        .toList();
        Ancestry ancestry =
                before.map(HomeFolder.Carried::ancestry)
                        .orElse(Ancestry.NONE)
                        .after(seat.host(), last);
        ObjectName name;
        long bytes;
        try (Packing packing =
                new Packing(sealed.store(), sealed.sealer(), known(view), luggage.releases())) {
            List<SavedFile> files = packing.add(luggage.files());
            name =
                    sealed.put(
                            new Save(
                                    luggage.machine(),
                                    luggage.name(),
                                    luggage.state(),
                                    seat.clock().instant(),
                                    ancestry,
                                    luggage.releases().stream()
                                            .map(Luggage.Release::appliance)
                                            .toList(),
                                    packing.packs(),
                                    files));
            bytes = packing.sealedBytes();
        }
        // What others published meanwhile is seen by this head.
        View now = seat.lookToWrite();
        Optional<Head> own = seat.own(now);
        List<Head.Tip> tips = new ArrayList<>(own.map(Head::tips).orElse(List.of()));
        tips.removeIf(tip ->
                tip.machine().equals(luggage.machine()) && ancestry.includes(tip.ancestry()));
        tips.add(new Head.Tip(luggage.machine(), luggage.name(), name, luggage.state(), ancestry));
        Set<ObjectName> kept = new TreeSet<>(own.map(Head::kept).orElse(Set.of()));
        kept.add(name);
        seat.publish(now, tips, kept, Set.of());
        seat.files()
                .writeCarried(luggage.machine(), new HomeFolder.Carried(name, ancestry, stands));
        return new Home.Pushed(name, bytes);
    }

    /// The pieces of all saves that are kept and not condemned, in packs that are there.
    private KnownPieces known(View view) throws HomeException, TransportException {
        Set<ObjectName> there = new HashSet<>(seat.sealed().store().list(ObjectKind.PACK));
        KnownPieces known = new KnownPieces(there, view.condemned());
        for (ObjectName name : view.kept()) {
            try {
                known.learn(seat.sealed().save(name));
            } catch (HomeException.NotWhole | HomeException.ObjectDamaged unusable) {
                // Its pieces are stored again; `check` says that it is not whole.
            }
        }
        return known;
    }
}
