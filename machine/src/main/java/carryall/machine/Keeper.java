package carryall.machine;

import java.io.PrintStream;

/// The process that runs one machine. It holds the machine's lock, starts QEMU as its child,
/// answers on its socket, and writes down how the run ended.
public final class Keeper {
    private Keeper() {}

    /// Runs the machine until it ends; this is all that `carryall keep` does.
    ///
    /// @param said where each thing that happens is said, a line each: a log, or the terminal
    /// @return how the run ended, as it was also written down
    public static MachineStatus.LastRun keep(Machines machines, MachineName name, PrintStream said)
            throws MachineException {
        throw new UnsupportedOperationException(name.text() + said);
    }
}
