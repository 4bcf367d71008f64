package carryall.home;

import carryall.transport.TransportException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// This host's seat in its home: looks at it, and publishes the host's heads. Whoever publishes
/// holds the folder's turn.
///
/// @param files what this host knows
/// @param sealed the home's objects
/// @param member who this host is
record Seat(
        HomeFolder files, SealedStore sealed, HomeFolder.Membership member, InstantSource clock) {
    HostId host() {
        return member.host();
    }

    /// Looks at the home, and remembers what is newest there.
    View look() throws HomeException, TransportException {
        Map<HostId, Head.Seen> remembered = files.seen();
        View view = View.of(sealed, remembered);
        Map<HostId, Head.Seen> newest = new TreeMap<>(remembered);
        view.seen()
                .forEach((host, seen) ->
                        newest.merge(
                                host,
                                seen,
                                (before, now) ->
                                        now.sequence() > before.sequence() ? now : before));
        if (!newest.equals(remembered)) {
            files.writeSeen(newest);
        }
        return view;
    }

    /// The same for whoever is about to write: publishes this host's newest head again, if a cut or
    /// the place lost it.
    ///
    /// @throws HomeException.Forgotten if this host does not belong to the home any more
    View lookToWrite() throws HomeException, TransportException {
        View view = look();
        if (view.forgotten().contains(host())) {
            throw new HomeException.Forgotten(sealed.location());
        }
        Optional<byte[]> own = files.head();
        if (own.isPresent()) {
            ObjectName name = ObjectName.of(ObjectKind.HEAD, own.get());
            Head head = head(own.get());
            Head there = view.heads().get(host());
            if (there == null || there.sequence() < head.sequence()) {
                sealed.store().put(name, own.get());
                return look();
            }
        }
        return view;
    }

    private Head head(byte[] own) throws HomeException {
        try {
            return sealed.head(own);
        } catch (Sealer.NotSealed | RuntimeException damaged) {
            throw new HomeException.FileDamaged(
                    files.path().resolve("head"), String.valueOf(damaged.getMessage()));
        }
    }

    /// This host's newest head, as the home shows it.
    Optional<Head> own(View view) {
        return Optional.ofNullable(view.heads().get(host()));
    }

    /// Publishes a head; when this returns, it is there, and what it names counts.
    ///
    /// @param view as new as can be: the head says that this host has seen what is in it
    void publish(View view, List<Head.Tip> tips, Set<ObjectName> kept, Set<HostId> forgotten)
            throws HomeException, TransportException {
        Map<HostId, Head.Seen> seen = new TreeMap<>(view.seen());
        files.seen()
                .forEach((host, before) ->
                        seen.merge(
                                host,
                                before,
                                (now, old) -> now.sequence() >= old.sequence() ? now : old));
        Optional<Head.Seen> last = Optional.ofNullable(seen.remove(host()));
        Set<HostId> allForgotten = new TreeSet<>(view.forgotten());
        allForgotten.addAll(forgotten);
        Head head =
                new Head(
                        host(),
                        member.label(),
                        last.map(before -> before.sequence() + 1).orElse(1L),
                        last.map(Head.Seen::name),
                        clock.instant(),
                        seen,
                        tips,
                        kept,
                        view.marks().keySet(),
                        allForgotten);
        byte[] bytes = sealed.seal(head);
        files.writeHead(bytes);
        ObjectName name = sealed.put(ObjectKind.HEAD, bytes);
        seen.put(host(), new Head.Seen(head.sequence(), name));
        files.writeSeen(seen);
        for (ObjectName old : view.older().getOrDefault(host(), List.of())) {
            sealed.store().remove(old);
        }
    }
}
