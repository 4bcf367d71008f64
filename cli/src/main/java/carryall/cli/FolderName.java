package carryall.cli;

import carryall.folder.Grant;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// What a folder is called in a machine.
final class FolderName {
    private FolderName() {}

    /// A grant of a folder as it was typed.
    ///
    /// @param as what to call it; empty: as it is called here
    static Grant grant(CommandSpec spec, Path typed, Optional<String> as, Grant.Access access) {
        Path directory = typed.toAbsolutePath().normalize();
        Path last = directory.getFileName();
        String folder = as.orElseGet(() -> last == null ? "host" : last.toString());
        try {
            return new Grant(folder, directory, access);
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(
                    spec.commandLine(),
                    "'"
                            + folder
                            + "' cannot be a folder's name in a machine: say another with `--as`, of"
                            + " 1 to 64 of A-Z a-z 0-9 . _ -, and no dot first");
        }
    }
}
