package carryall.machine;

/// How long a machine is there.
public enum Lifetime {
    /// Until it is removed.
    LASTING,
    /// Until its first run ends: it leaves nothing, and is never saved.
    ONE_RUN
}
