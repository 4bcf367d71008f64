package carryall.hypervisor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Where the host's programs lie.
final class Programs {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/usr/local/bin"));

    private Programs() {}

    /// The absolute path of a program, in the system's own folders only.
    ///
    /// @throws HypervisorException.ProgramMissing if it is in none of them
    static Path find(String name) throws HypervisorException {
        for (Path folder : FOLDERS) {
            Path program = folder.resolve(name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        throw new HypervisorException.ProgramMissing(name);
    }
}
