package carryall.machine;

/// What is to become of what lies in the memory of a suspended machine, if a verb would end it.
public enum UnsavedWork {
    /// The verb is refused.
    REFUSE,
    /// The state stays in the history, and `restore` goes back to it.
    KEEP_IN_HISTORY
}
