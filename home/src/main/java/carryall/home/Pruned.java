package carryall.home;

import java.util.List;

/// What a prune did.
///
/// @param removed how many objects
/// @param condemned how many wait for hosts
/// @param waiting the labels of the hosts that have not seen a mark
public record Pruned(int removed, int condemned, List<String> waiting) {
    public Pruned {
        waiting = List.copyOf(waiting);
    }
}
