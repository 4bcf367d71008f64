package carryall.machine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Makes a machine's disks, with the tools that know how.
final class Disks {
    private Disks() {}

    /// How the bytes under a layer are to be read.
    enum Format {
        RAW,
        QCOW2
    }

    /// An empty qcow2 layer. What lies under it is named, but not opened: a guest's QEMU may have
    /// written it.
    ///
    /// @param sizeBytes of the disk
    static void layer(Path layer, Path under, Format format, long sizeBytes)
            throws MachineException {
        run(
                layer,
                List.of(
                        "qemu-img",
                        "create",
                        "-q",
                        "-u",
                        "-f",
                        "qcow2",
                        "-F",
                        format.name().toLowerCase(Locale.ROOT),
                        "-b",
                        under.toString(),
                        layer.toString(),
                        Long.toString(sizeBytes)));
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
