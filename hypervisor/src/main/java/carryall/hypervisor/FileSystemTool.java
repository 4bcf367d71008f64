package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The tools of e2fsprogs at work on a foreign ext4 file system, in a jail without a network: they
/// see one file that holds it and one directory, and nothing else of a user's.
///
/// @param image the file; its owner and rights are not touched
/// @param directory the one directory in which they may write; made by the caller, mode 0700
/// @param mostWritten of each file that they write
public record FileSystemTool(Path image, Path directory, ByteSize mostWritten) {
    private static final ByteSize MEMORY = ByteSize.mebibytes(4096);
    private static final int PROCESSES = 1024;

    /// Without `/etc/mtab` they would not work, and a program to page with is none there.
    private static final Map<String, String> ENVIRONMENT =
            Map.of("EXT2FS_NO_MTAB_OK", "1", "DEBUGFS_PAGER", "__none__", "LC_ALL", "C");

    /// What a tool said: foreign, one character a byte.
    ///
    /// @param exitCode as the tool's manual says
    public record Said(int exitCode, String output, String errors) {}

    /// Runs one of `debugfs`, `e2fsck`, `resize2fs` to its end; for platform threads.
    ///
    /// @param options what stands before the image
    /// @param after what stands after it
    /// @param input what it reads: for `debugfs`, with `-f -`, its commands
    /// @throws HypervisorException.OutputEndless if it says more than 16 MiB
    public Said run(String tool, List<String> options, List<String> after, byte[] input)
            throws IOException {
        Jail jail =
                new Jail(
                        List.of(new Jail.Grant(image, Jail.Access.MAP)),
                        directory,
                        Network.NONE,
                        new Jail.Limits(MEMORY, mostWritten, PROCESSES));
        List<String> program = new ArrayList<>(List.of(Programs.find(tool).toString()));
        program.addAll(options);
        program.add(image.toString());
        program.addAll(after);
        JailedRun run = jail.run(program, ENVIRONMENT, input);
        return new Said(run.exitCode(), run.output(), run.errors());
    }
}
