package carryall.machine;

/// Told how the start of a keeper gets on, on the caller's thread.
@FunctionalInterface
public interface StartListener {
    /// A step, in a few words.
    void step(String step);

    /// The keeper runs and sees to what it needs itself; perhaps called more than once.
    default void keeperRuns() {}
}
