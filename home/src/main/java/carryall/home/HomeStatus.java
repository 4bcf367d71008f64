package carryall.home;

import carryall.transport.TransportException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/// How a home is, as its place shows it.
///
/// @param location where it lies
/// @param objects how many objects there are of each kind
/// @param hosts in the order of their labels
/// @param saved where machines stand, in the order of their names
/// @param concerns what is not as it should be, for people
public record HomeStatus(
        String location,
        Map<String, Integer> objects,
        List<Host> hosts,
        List<Saved> saved,
        List<String> concerns) {
    public HomeStatus {
        objects = Map.copyOf(objects);
        hosts = List.copyOf(hosts);
        saved = List.copyOf(saved);
        concerns = List.copyOf(concerns);
    }

    /// A host of the home.
    ///
    /// @param written when it last wrote, by its own clock
    /// @param isThis whether it is the one that asks
    public record Host(UUID id, String label, Instant written, boolean isThis) {}

    /// Where a machine stands on a host.
    ///
    /// @param isApart whether it went on elsewhere too
    public record Saved(UUID machine, String name, int state, String host, boolean isApart) {}

    static HomeStatus of(Seat seat, View view) throws TransportException {
        List<Host> hosts = new ArrayList<>();
        for (HostId id : view.hosts()) {
            Head head = view.heads().get(id);
            if (head != null) {
                hosts.add(new Host(id.id(), head.label(), head.written(), id.equals(seat.host())));
            }
        }
        hosts.sort(Comparator.comparing(Host::label).thenComparing(Host::id));
        List<Saved> saved = new ArrayList<>();
        for (View.Standing each : view.standings()) {
            Head.Tip tip = each.tip();
            boolean isApart = view.standings(tip.machine()).size() > 1;
            saved.add(
                    new Saved(
                            tip.machine(), tip.name().text(), tip.state(), each.label(), isApart));
        }
        saved.sort(Comparator.comparing(Saved::name).thenComparing(Saved::host));
        Map<String, Integer> objects = new TreeMap<>();
        for (ObjectKind kind : ObjectKind.values()) {
            objects.put(kind.word(), seat.sealed().store().list(kind).size());
        }
        return new HomeStatus(
                seat.sealed().location(),
                objects,
                hosts,
                saved,
                view.concerns().stream()
                        .map(concern -> String.valueOf(concern.getMessage()))
                        .toList());
    }
}
