package carryall.home;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// Fetches what other hosts saved.
public final class Fetching {
    /// A megabyte at once: all of it is wanted.
    private static final int WINDOW = 16;

    private final Seat seat;

    Fetching(Seat seat) {
        this.seat = seat;
    }

    /// A save that can be fetched.
    public static final class Found {
        private final Head.Tip tip;
        private final String from;

        Found(Head.Tip tip, String from) {
            this.tip = tip;
            this.from = from;
        }

        Head.Tip tip() {
            return tip;
        }

        /// The label of the host that made it.
        public String from() {
            return from;
        }

        /// The machine's id.
        public UUID machine() {
            return tip.machine();
        }

        /// The number of the state.
        public int state() {
            return tip.state();
        }
    }

    /// How a save stands to what this host has.
    public enum Relation {
        /// This host has it, or went on from it.
        BEHIND,
        /// This host has nothing of the machine, or what the save goes on from.
        AHEAD,
        /// Both went on.
        APART
    }

    /// The newest save of a machine.
    ///
    /// @param from the label of a host, to choose among several
    /// @throws HomeException.NotSaved if there is none
    /// @throws HomeException.WentOnTwice if there are several, and none is chosen
    /// @throws HomeException.RolledBack if the place shows less than was there before
    public Found newest(MachineName name, Optional<String> from)
            throws HomeException, TransportException {
        View view = seat.look();
        for (HomeException concern : view.concerns()) {
            if (concern instanceof HomeException.RolledBack
                    || concern instanceof HomeException.Forked) {
                throw concern;
            }
        }
        List<View.Standing> all =
                view.standings().stream()
                        .filter(each -> each.tip().name().equals(name))
                        .filter(each -> from.isEmpty() || from.get().equals(each.label()))
                        .toList();
        if (all.isEmpty()) {
            throw new HomeException.NotSaved(seat.sealed().location(), name);
        }
        if (all.size() > 1) {
            throw new HomeException.WentOnTwice(name, "on " + String.join(" and on ", labels(all)));
        }
        View.Standing found = all.getFirst();
        return new Found(found.tip(), found.label());
    }

    private static List<String> labels(List<View.Standing> standings) {
        return standings.stream().map(View.Standing::label).toList();
    }

    /// How a save stands to the machine on this host.
    ///
    /// @param stands the digest of what says where the machine stands here; empty if it is not here
    public Relation relation(Found found, Optional<Digest> stands) throws HomeException {
        Optional<HomeFolder.Carried> carried = seat.files().carried(found.machine());
        if (stands.isEmpty()) {
            return Relation.AHEAD;
        }
        if (carried.isEmpty()) {
            return Relation.APART;
        }
        Ancestry here = carried.get().ancestry();
        if (here.includes(found.tip().ancestry())) {
            return Relation.BEHIND;
        }
        boolean isUnchanged = carried.get().stands().equals(stands.get());
        return isUnchanged && found.tip().ancestry().includes(here)
                ? Relation.AHEAD
                : Relation.APART;
    }

    /// Puts the files of a save under a folder.
    ///
    /// @param folder is there, and empty of them
    public void into(Found found, Path folder, ReleasedParts releases) throws IOException {
        Save save = seat.sealed().save(found.tip().save());
        PackReader packs = new PackReader(seat.sealed().store(), seat.sealed().sealer(), WINDOW);
        new Restoring(save, packs, releases).into(folder);
    }

    /// The releases that a save goes with.
    public Set<Digest> releases(Found found) throws HomeException, TransportException {
        return Set.copyOf(seat.sealed().save(found.tip().save()).releases());
    }

    /// Notes that what was fetched has its place on this host.
    ///
    /// @param stands the digest of what says where the machine stands here now
    public void arrived(Found found, Digest stands) throws HomeException, TransportException {
        try (HomeFolder.Turn _ = seat.files().turn()) {
            seat.files()
                    .writeCarried(
                            found.machine(),
                            new HomeFolder.Carried(
                                    found.tip().save(), found.tip().ancestry(), stands));
            // Others see by this head which marks this host has seen.
            View view = seat.lookToWrite();
            Optional<Head> own = seat.own(view);
            seat.publish(
                    view,
                    own.map(Head::tips).orElse(List.of()),
                    own.map(Head::kept).orElse(Set.of()),
                    Set.of());
        }
    }
}
