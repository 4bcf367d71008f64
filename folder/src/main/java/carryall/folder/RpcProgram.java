package carryall.folder;

import java.io.IOException;

/// A program of ONC RPC, version 3. One connection's.
interface RpcProgram {
    int VERSION = 3;

    int number();

    /// How many procedures there are, numbered from 0.
    int procedures();

    /// Whether a procedure does something that it would not do again if it were asked twice.
    boolean changes(int procedure);

    /// Reads arguments and writes results.
    ///
    /// @throws java.net.ProtocolException if the arguments are malformed; what was written does not
    ///   count then
    void answer(int procedure, XdrInput in, XdrOutput out) throws IOException;
}
