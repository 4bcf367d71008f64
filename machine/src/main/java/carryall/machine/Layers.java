package carryall.machine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What makes one disk of a machine, over its base.
///
/// @param frozen from the lowest; never written again
/// @param top what is written to; empty if the next start makes one
record Layers(List<Layer> frozen, Optional<Layer.Own> top) {
    /// Nothing but the base.
    static final Layers NONE = new Layers(List.of(), Optional.empty());

    Layers {
        frozen = List.copyOf(frozen);
    }

    /// All layers, frozen as they are.
    List<Layer> all() {
        List<Layer> all = new ArrayList<>(frozen);
        top.ifPresent(all::add);
        return all;
    }

    /// With a new top over all there is.
    Layers under(Layer.Own newTop) {
        return new Layers(all(), Optional.of(newTop));
    }

    /// With everything frozen.
    Layers frozenWhole() {
        return new Layers(all(), Optional.empty());
    }
}
