package carryall.machine;

/// What became of a folder that was granted.
public sealed interface Granted {
    /// The guest has it.
    record Mounted() implements Granted {}

    /// The guest gets it when the machine is opened.
    record AtNextStart() implements Granted {}

    /// It is granted, and the guest does not have it yet.
    ///
    /// @param reason for people
    record NotYet(String reason) implements Granted {}
}
