package carryall.cli;

import carryall.folder.Grant;
import carryall.machine.FolderGrants;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Folders that a machine is granted as it is opened.
final class FolderOption {
    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--folder",
            paramLabel = "DIR",
            description =
                    "Let it use that folder of this host; may stand more than once. See `carryall"
                            + " folder --help`.")
    private List<Path> directories = List.of();

    /// Grants what the machine has not.
    void grant(Machines machines, MachineName machine) throws MachineException {
        if (directories.isEmpty()) {
            return;
        }
        FolderGrants granted = machines.folders(machine);
        for (Path directory : directories) {
            Grant grant =
                    FolderName.grant(spec, directory, Optional.empty(), Grant.Access.READ_WRITE);
            if (granted.all().stream().noneMatch(other -> other.equals(grant))) {
                granted.add(grant);
            }
        }
    }
}
