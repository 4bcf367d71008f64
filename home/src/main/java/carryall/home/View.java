package carryall.home;

import carryall.transport.TransportException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// A home as its place shows it at one moment: the newest head of each host, and the marks.
///
/// @param heads the newest of each host, those of forgotten ones too
/// @param names of these heads
/// @param older names of heads that newer ones replaced, by host
/// @param marks by their names
/// @param forgotten hosts that some head says are forgotten
/// @param concerns what is not as it should be
record View(
        Map<HostId, Head> heads,
        Map<HostId, ObjectName> names,
        Map<HostId, List<ObjectName>> older,
        Map<ObjectName, Mark> marks,
        Set<HostId> forgotten,
        List<HomeException> concerns) {
    View {
        heads = Map.copyOf(heads);
        names = Map.copyOf(names);
        older = Map.copyOf(older);
        marks = Map.copyOf(marks);
        forgotten = Set.copyOf(forgotten);
        concerns = List.copyOf(concerns);
    }

    /// Looks at the place.
    ///
    /// @param remembered the newest heads that this host has seen, its own among them
    static View of(SealedStore store, Map<HostId, Head.Seen> remembered) throws TransportException {
        List<HomeException> concerns = new ArrayList<>();
        Map<HostId, Head> heads = new TreeMap<>();
        Map<HostId, ObjectName> names = new TreeMap<>();
        Map<HostId, List<ObjectName>> older = new TreeMap<>();
        for (ObjectName name : store.store().list(ObjectKind.HEAD)) {
            Head head;
            try {
                head = store.head(name);
            } catch (HomeException.NotWhole removedMeanwhile) {
                continue;
            } catch (HomeException damaged) {
                concerns.add(damaged);
                continue;
            }
            HostId host = head.host();
            Head before = heads.get(host);
            List<ObjectName> others = older.computeIfAbsent(host, _ -> new ArrayList<>());
            if (before == null || head.sequence() > before.sequence()) {
                if (before != null) {
                    others.add(names.get(host));
                }
                heads.put(host, head);
                names.put(host, name);
            } else {
                if (head.sequence() == before.sequence()) {
                    concerns.add(
                            new HomeException.Forked(
                                    store.location(), head.label(), head.sequence()));
                }
                others.add(name);
            }
        }
        Set<HostId> forgotten = new TreeSet<>();
        heads.values().forEach(head -> forgotten.addAll(head.forgotten()));
        addRolledBack(store.location(), heads, names, remembered, forgotten, concerns);
        Map<ObjectName, Mark> marks = new TreeMap<>();
        for (ObjectName name : store.store().list(ObjectKind.MARK)) {
            try {
                marks.put(name, store.mark(name));
            } catch (HomeException.NotWhole removedMeanwhile) {
                // Its last object is gone.
            } catch (HomeException damaged) {
                concerns.add(damaged);
            }
        }
        return new View(heads, names, older, marks, forgotten, concerns);
    }

    /// What this host, or any head that is there, has seen must be there, or newer.
    private static void addRolledBack(
            String location,
            Map<HostId, Head> heads,
            Map<HostId, ObjectName> names,
            Map<HostId, Head.Seen> remembered,
            Set<HostId> forgotten,
            List<HomeException> concerns) {
        Map<HostId, Head.Seen> newest = new TreeMap<>(remembered);
        for (Head head : heads.values()) {
            head.seen()
                    .forEach((host, seen) ->
                            newest.merge(
                                    host,
                                    seen,
                                    (one, other) ->
                                            one.sequence() >= other.sequence() ? one : other));
        }
        newest.forEach((host, seen) -> {
            Head head = heads.get(host);
            long found = head == null ? 0 : head.sequence();
            String label = head == null ? host.toString() : head.label();
            if (found < seen.sequence() && !forgotten.contains(host)) {
                concerns.add(new HomeException.RolledBack(location, label, seen.sequence(), found));
            } else if (found == seen.sequence() && !seen.name().equals(names.get(host))) {
                concerns.add(new HomeException.Forked(location, label, found));
            }
        });
    }

    /// The newest heads, for [#of] to compare later ones with.
    Map<HostId, Head.Seen> seen() {
        Map<HostId, Head.Seen> seen = new TreeMap<>();
        heads.forEach((host, head) -> seen.put(host, new Head.Seen(head.sequence(), found(host))));
        return seen;
    }

    private ObjectName found(HostId host) {
        return Optional.ofNullable(names.get(host)).orElseThrow();
    }

    /// The hosts that belong to the home.
    Set<HostId> hosts() {
        Set<HostId> hosts = new TreeSet<>(heads.keySet());
        hosts.removeAll(forgotten);
        return hosts;
    }

    /// What no save may newly name.
    Set<ObjectName> condemned() {
        Set<ObjectName> condemned = new HashSet<>();
        marks.values().forEach(mark -> condemned.addAll(mark.condemned()));
        return condemned;
    }

    /// All saves that some head keeps. Heads of forgotten hosts keep theirs as long as they are
    /// there: by then others have taken them over.
    Set<ObjectName> kept() {
        Set<ObjectName> kept = new TreeSet<>();
        heads.values().forEach(head -> kept.addAll(head.kept()));
        return kept;
    }

    /// The hosts that have not seen a mark.
    Set<HostId> unaware(ObjectName mark) {
        Set<HostId> unaware = new TreeSet<>();
        for (HostId host : hosts()) {
            Head head = heads.get(host);
            if (head != null && !head.marks().contains(mark)) {
                unaware.add(host);
            }
        }
        return unaware;
    }

    /// A place where a machine stands, and who says so.
    record Standing(HostId host, String label, Head.Tip tip) {}

    /// Where machines stand, without places that others went on from. Two of one machine: it went
    /// on in two places.
    List<Standing> standings() {
        List<Standing> all = new ArrayList<>();
        heads.values().stream()
                .sorted(Comparator.comparing(Head::host))
                .forEach(head ->
                        head.tips()
                                .forEach(tip ->
                                        all.add(new Standing(head.host(), head.label(), tip))));
        List<Standing> newest = new ArrayList<>();
        for (Standing one : all) {
            boolean passed = all.stream().anyMatch(other -> isPassed(one, other, all));
            if (!passed) {
                newest.add(one);
            }
        }
        return newest;
    }

    private static boolean isPassed(Standing one, Standing other, List<Standing> all) {
        if (one.equals(other) || !one.tip().machine().equals(other.tip().machine())) {
            return false;
        }
        boolean goesOn = other.tip().ancestry().includes(one.tip().ancestry());
        boolean isSame = goesOn && one.tip().ancestry().includes(other.tip().ancestry());
        return isSame ? all.indexOf(other) < all.indexOf(one) : goesOn;
    }

    /// The same of one machine.
    List<Standing> standings(UUID machine) {
        return standings().stream().filter(each -> each.tip().machine().equals(machine)).toList();
    }
}
