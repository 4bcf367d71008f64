package carryall.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/// Makes a machine's disks, with the tools that know how.
final class Disks {
    private Disks() {}

    /// An empty qcow2 layer over a raw image of our own.
    static void layer(Path layer, Path base) throws MachineException {
        run(
                layer,
                List.of(
                        "qemu-img",
                        "create",
                        "-q",
                        "-f",
                        "qcow2",
                        "-F",
                        "raw",
                        "-b",
                        base.toString(),
                        layer.toString()));
    }

    /// A copy in which holes stay holes, and blocks are shared where the file system can.
    static void copy(Path from, Path to) throws MachineException {
        run(
                to,
                List.of(
                        "cp",
                        "--sparse=always",
                        "--reflink=auto",
                        "--no-preserve=mode",
                        from.toString(),
                        to.toString()));
    }

    private static void run(Path result, List<String> command) throws MachineException {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8)
                            .strip();
            if (process.waitFor() != 0) {
                if (said.contains("No space left")) {
                    throw new MachineException.DiskFull(result, new IOException(said));
                }
                throw new MachineException.ToolFailed(command.getFirst(), said);
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.ToolFailed(command.getFirst(), failure.toString());
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new MachineException.ToolFailed(command.getFirst(), "interrupted");
        }
    }
}
