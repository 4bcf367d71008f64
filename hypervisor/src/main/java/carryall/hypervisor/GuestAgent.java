package carryall.hypervisor;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/// The hands inside the guest: QEMU's guest agent. All it says is foreign: capped and timed. Safe
/// for many threads, which take turns.
public interface GuestAgent {
    /// Whether the agent answers.
    boolean answers(Duration patience);

    /// Asks the guest to shut down; returns when asked.
    void shutdown() throws HypervisorException;

    /// Sets the guest's clock.
    void setClock(Instant now) throws HypervisorException;

    /// Runs a program in the guest as root and waits for it.
    ///
    /// @param program absolute path and arguments
    /// @param input what it reads, as text
    /// @param patience until [HypervisorException.NoAnswer]
    Outcome run(List<String> program, String input, Duration patience) throws HypervisorException;

    /// Runs a program in the guest that reads nothing.
    default Outcome run(List<String> program, Duration patience) throws HypervisorException {
        return run(program, "", patience);
    }

    /// Tells the guest's file systems to give free blocks back.
    void trim() throws HypervisorException;

    /// How a program in the guest ended.
    ///
    /// @param output standard output, then standard error, as UTF-8 with faults replaced; a program
    ///   that says more than 24 KiB on one of them is [HypervisorException.NoAnswer]
    record Outcome(int exitCode, String output) {}
}
