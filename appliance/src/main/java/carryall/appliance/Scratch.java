package carryall.appliance;

/// What becomes of what a machine wrote on its system disk when it starts anew, that is, when it is
/// neither resumed nor goes on.
public enum Scratch {
    /// It is gone: the system is the publisher's at each start.
    DROP,
    /// It stays, until an update or a reset.
    KEEP
}
