package carryall.home;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which saves of one machine a save goes on from: of each host, how many. No time goes into it. A
/// save goes on from another if it has all that that one has; if neither does, the machine went on
/// in two places.
///
/// @param saves by host, 1 and more
record Ancestry(Map<HostId, Long> saves) {
    /// Of a machine that was never saved.
    static final Ancestry NONE = new Ancestry(Map.of());

    private static final int MOST_HOSTS = 1000;

    Ancestry {
        saves = Map.copyOf(saves);
        if (saves.size() > MOST_HOSTS || saves.values().stream().anyMatch(count -> count < 1)) {
            throw new IllegalArgumentException("an ancestry of " + saves.size() + " hosts");
        }
    }

    /// How many saves by a host.
    long by(HostId host) {
        return saves.getOrDefault(host, 0L);
    }

    /// After one more save by a host.
    ///
    /// @param others what the host saved of the machine before: no number comes twice
    Ancestry after(HostId host, List<Ancestry> others) {
        long most = by(host);
        for (Ancestry other : others) {
            most = Math.max(most, other.by(host));
        }
        Map<HostId, Long> more = new TreeMap<>(saves);
        more.put(host, Math.addExact(most, 1));
        return new Ancestry(more);
    }

    /// Whether it is the other or goes on from it.
    boolean includes(Ancestry other) {
        return other.saves.entrySet().stream()
                .allMatch(each -> by(each.getKey()) >= each.getValue());
    }
}
