package carryall.hypervisor;

import java.nio.file.Path;
import java.util.List;

/// The wall around foreign code: own user, mounts, processes and network, an empty root with only
/// what was granted, no new privileges, and limits.
///
/// @param files single files that can be seen inside, under the same absolute path as on the host
/// @param directory the one directory in which the program may make files and sockets, seen inside
///   under its own path; made by the caller, mode 0700
/// @param network what can be reached from inside
/// @param limits upper bounds
record Jail(List<Grant> files, Path directory, Network network, Limits limits) {
    Jail {
        files = List.copyOf(files);
    }

    /// One file that the jail may open.
    record Grant(Path file, Access access) {}

    enum Access {
        READ,
        WRITE
    }

    /// Upper bounds of what the program may use.
    ///
    /// @param addressSpace of each process
    /// @param fileSize of each file that is written
    /// @param processes threads and processes in all
    record Limits(ByteSize addressSpace, ByteSize fileSize, int processes) {}

    /// Starts a program in the jail. It ends at the latest with this process, however that ends.
    ///
    /// @param program absolute path and arguments; the program and the libraries of the system can
    ///   be read inside
    /// @return the process; standard error is a pipe that the caller drains, standard output is
    ///   empty
    /// @throws HypervisorException.JailForbidden if this host does not allow it
    /// @throws HypervisorException.ProgramMissing if a tool of the jail is not installed
    JailedProcess start(List<String> program) throws HypervisorException {
        throw new UnsupportedOperationException("jail " + program);
    }
}
