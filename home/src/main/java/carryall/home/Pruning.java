package carryall.home;

import carryall.transport.TransportException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// Removes what no head needs, safe against saves on other hosts at the same time, and against
/// being killed anywhere. It has three steps, and no clock:
///
/// - what no head keeps is condemned: a mark that names it is put;
/// - this host publishes a head that says it has seen the mark. Others do so with their next head.
///   From its head on, a host never newly names what a mark condemns;
/// - of each mark that all hosts have seen, what no head needs then is removed. A head that needs
///   it was published before its host saw the mark, or in the same moment; both are seen here.
///
/// So what a save on another host relies upon, whenever it began, is either named by that host's
/// head when this one looks, or that host has not seen the mark yet.
///
/// @param keep how many saves of each machine this host keeps of its own, 1 and more
record Pruning(Seat seat, int keep) {
    Pruning {
        if (keep < 1) {
            throw new IllegalArgumentException("keep " + keep);
        }
    }

    Pruned run() throws HomeException, TransportException {
        View view = seat.lookToWrite();
        refuseConcerns(view);
        Set<ObjectName> kept = thinned(view);
        condemn(view, kept);
        View marked = seat.look();
        refuseConcerns(marked);
        List<Head.Tip> tips = seat.own(marked).map(Head::tips).orElse(List.of());
        seat.publish(marked, tips, kept, Set.of());
        return remove(seat.look());
    }

    /// What is not seen whole is not cleared up.
    private static void refuseConcerns(View view) throws HomeException {
        if (!view.concerns().isEmpty()) {
            throw view.concerns().getFirst();
        }
    }

    /// What this host keeps from now on: the newest saves of each of its machines, and its tips.
    private Set<ObjectName> thinned(View view) throws HomeException, TransportException {
        Set<ObjectName> kept = new TreeSet<>();
        Map<UUID, Map<ObjectName, Save>> machines = new HashMap<>();
        var own = seat.own(view);
        if (own.isEmpty()) {
            return kept;
        }
        own.get().tips().forEach(tip -> kept.add(tip.save()));
        for (ObjectName name : own.get().kept()) {
            Save save = seat.sealed().save(name);
            machines.computeIfAbsent(save.machine(), _ -> new TreeMap<>()).put(name, save);
        }
        for (Map<ObjectName, Save> saves : machines.values()) {
            saves.entrySet().stream()
                    .sorted(Comparator.comparingLong(this::number).reversed())
                    .limit(keep)
                    .forEach(each -> kept.add(each.getKey()));
        }
        return kept;
    }

    /// Which of this host's saves it is; the clock does not count.
    private long number(Map.Entry<ObjectName, Save> save) {
        return save.getValue().ancestry().by(seat.host());
    }

    private void condemn(View view, Set<ObjectName> kept) throws HomeException, TransportException {
        Set<ObjectName> saves = new HashSet<>(kept);
        view.heads()
                .forEach((host, head) -> {
                    if (!host.equals(seat.host())) {
                        saves.addAll(head.kept());
                    }
                });
        Set<ObjectName> needed = needed(saves);
        Set<ObjectName> condemned = new TreeSet<>();
        for (ObjectKind kind : List.of(ObjectKind.SAVE, ObjectKind.PACK)) {
            condemned.addAll(seat.sealed().store().list(kind));
        }
        view.forgotten()
                .forEach(host -> {
                    ObjectName newest = view.names().get(host);
                    if (newest != null) {
                        condemned.add(newest);
                    }
                    condemned.addAll(view.older().getOrDefault(host, List.of()));
                });
        condemned.removeAll(needed);
        condemned.removeAll(view.condemned());
        if (!condemned.isEmpty()) {
            seat.sealed().put(new Mark(seat.host(), condemned));
        }
    }

    /// Saves and all their packs.
    ///
    /// @throws HomeException if one cannot be read: then nobody knows what it needs
    private Set<ObjectName> needed(Set<ObjectName> saves) throws HomeException, TransportException {
        Set<ObjectName> needed = new HashSet<>(saves);
        for (ObjectName name : saves) {
            seat.sealed().save(name).packs().forEach(pack -> needed.add(pack.name()));
        }
        return needed;
    }

    private Pruned remove(View view) throws HomeException, TransportException {
        refuseConcerns(view);
        Set<ObjectName> needed = needed(view.kept());
        HomeStore store = seat.sealed().store();
        int removed = 0;
        int waiting = 0;
        Set<String> unaware = new TreeSet<>();
        Set<ObjectName> there = new HashSet<>();
        for (ObjectKind kind : List.of(ObjectKind.SAVE, ObjectKind.PACK, ObjectKind.HEAD)) {
            there.addAll(store.list(kind));
        }
        for (var mark : view.marks().entrySet()) {
            List<ObjectName> left = new ArrayList<>(mark.getValue().condemned());
            left.retainAll(there);
            Set<HostId> hosts = view.unaware(mark.getKey());
            hosts.forEach(host -> unaware.add(label(view, host)));
            if (!hosts.isEmpty()) {
                waiting += left.size();
                continue;
            }
            boolean isDone = true;
            for (ObjectName name : left) {
                if (needed.contains(name)) {
                    isDone = false;
                } else {
                    store.remove(name);
                    removed++;
                }
            }
            if (isDone) {
                store.remove(mark.getKey());
            }
        }
        return new Pruned(removed, waiting, List.copyOf(unaware));
    }

    private static String label(View view, HostId host) {
        Head head = view.heads().get(host);
        return head == null ? host.toString() : head.label();
    }
}
