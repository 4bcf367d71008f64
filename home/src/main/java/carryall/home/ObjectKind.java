package carryall.home;

import java.util.Locale;

/// What an object of a home is for. Its number goes into the key that seals it, so that no object
/// passes for one of another kind.
public enum ObjectKind {
    /// The master key, wrapped; the only kind that is not sealed.
    KEY(1),
    /// Where a host stands.
    HEAD(2),
    /// Which pieces make the files of a state.
    SAVE(3),
    /// Pieces, compressed.
    PACK(4),
    /// What a prune is about to remove.
    MARK(5);

    private final byte number;

    ObjectKind(int number) {
        this.number = (byte) number;
    }

    byte number() {
        return number;
    }

    /// As it stands in names: `pack`.
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
