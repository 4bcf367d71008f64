package carryall.cli;

import carryall.machine.Machines;
import java.io.IOException;

/// One verb with its words, ready to be done.
interface Verb {
    /// Does it.
    ///
    /// @return the exit code
    /// @throws IOException of one of the sealed families that [Advice] knows
    int run(Machines machines, Terminal terminal) throws IOException;
}
