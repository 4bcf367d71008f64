package carryall.folder;

/// What a file's time becomes.
sealed interface NewTime {
    record Kept() implements NewTime {}

    record Now() implements NewTime {}

    /// What the client says.
    ///
    /// @param seconds since 1970
    /// @param nanos 0 to 999,999,999
    record At(long seconds, int nanos) implements NewTime {}
}
