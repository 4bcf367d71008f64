package carryall.machine;

import carryall.crypto.Digest;

/// What came of asking a machine to go over to another release.
public sealed interface Switch {
    /// It has: the next start opens the other release, with the same personal disk.
    ///
    /// @param restorePoint the state that holds what the machine was, to go back to by `restore`
    record Done(Digest from, Digest to, int restorePoint) implements Switch {}

    /// It runs, and will at the next start from its disks.
    record AtNextStart(Digest from, Digest to) implements Switch {}

    /// It is that release already; if another one was to follow at the next start, it no longer is.
    record Unneeded(Digest at) implements Switch {}
}
