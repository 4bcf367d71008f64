package carryall.machine;

import carryall.block.FuseMount;
import carryall.block.NbdDevice;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Disk;
import carryall.hypervisor.DiskExport;
import carryall.hypervisor.FileSystemTool;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// A disk of a machine that does not run, opened for the tools of its file system. Layers are
/// served by QEMU's storage daemon in a jail, and shown as one file through FUSE; the tools see
/// that file in a jail of their own. What is written goes to the top alone.
///
/// The caller holds the machine's lock. What a killed one left is removed by the next.
final class OpenDisk implements AutoCloseable {
    private static final ByteSize LARGEST = ByteSize.mebibytes(16L << 20);

    private final MachineName machine;
    private final RuntimeFolder runtime;
    private final DiskExport export;
    private final NbdDevice device;
    private final FuseMount mount;
    private final Path file;
    private final Path tools;
    private boolean isShown = true;

    private OpenDisk(
            MachineName machine,
            RuntimeFolder runtime,
            DiskExport export,
            NbdDevice device,
            FuseMount mount,
            Path file,
            Path tools) {
        this.machine = machine;
        this.runtime = runtime;
        this.export = export;
        this.device = device;
        this.mount = mount;
        this.file = file;
        this.tools = tools;
    }

    static OpenDisk open(MachineName machine, RuntimeFolder runtime, Disk disk) throws IOException {
        runtime.remove();
        runtime.make();
        Path shown = privateFolder(runtime.diskMount());
        Path tools = privateFolder(runtime.path().resolve("tools"));
        DiskExport export = DiskExport.start(disk, runtime.jail());
        try {
            NbdDevice device = NbdDevice.connect(export.socket(), DiskExport.NAME);
            try {
                FuseMount mount = FuseMount.mount(shown, Map.of(disk.serial(), device));
                return new OpenDisk(
                        machine, runtime, export, device, mount, mount.file(disk.serial()), tools);
            } catch (IOException | RuntimeException failure) {
                device.close();
                throw failure;
            }
        } catch (IOException | RuntimeException failure) {
            export.close();
            runtime.remove();
            throw failure;
        }
    }

    static Path privateFolder(Path folder) throws IOException {
        return Files.createDirectory(
                folder,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /// How large the disk is.
    long sizeBytes() {
        return device.size();
    }

    /// The file system's own words.
    ///
    /// @throws MachineException.DiskRefused if there is none
    Superblock superblock() throws IOException {
        return Superblock.read(device::read, device.size())
                .orElseThrow(() ->
                        new MachineException.DiskRefused(
                                machine,
                                MachineException.DiskRefused.Why.NO_FILE_SYSTEM,
                                "the disk of " + machine + " holds no ext4 file system"));
    }

    /// Puts what is in the journal in its place, as the next mount would.
    void replayJournal() throws IOException {
        if (superblock().needsRecovery()) {
            // If it cannot, what is in place is read all the same.
            var _ = check(List.of("-p", "-E", "journal_only"));
        }
    }

    /// Mends what can be mended without asking.
    ///
    /// @throws MachineException.DiskRefused if that leaves a fault
    void mend(List<String> options) throws IOException {
        FileSystemTool.Said said = check(options);
        if (said.exitCode() > 1) {
            throw new MachineException.DiskRefused(
                    machine,
                    MachineException.DiskRefused.Why.DAMAGED,
                    "the file system of "
                            + machine
                            + " is damaged: e2fsck ended with "
                            + said.exitCode()
                            + lastLine(said.output() + said.errors()));
        }
    }

    private FileSystemTool.Said check(List<String> options) throws IOException {
        return tool(tools, LARGEST).run("e2fsck", options, List.of(), new byte[0]);
    }

    /// Makes the file system as large as the disk.
    void fill() throws IOException {
        FileSystemTool.Said said =
                tool(tools, LARGEST).run("resize2fs", List.of(), List.of(), new byte[0]);
        if (said.exitCode() != 0) {
            throw new MachineException.ToolFailed("resize2fs", said.errors().strip());
        }
    }

    private FileSystemTool tool(Path directory, ByteSize most) {
        return new FileSystemTool(file, directory, most);
    }

    /// Gives commands to `debugfs`, which only reads.
    ///
    /// @param commands one a line, one character a byte
    FileSystemTool.Said look(String commands) throws IOException {
        return debugfs(tools, LARGEST, List.of("-f", "-"), commands);
    }

    /// The same; it writes files into a directory.
    FileSystemTool.Said fetch(String commands, Path directory, ByteSize most) throws IOException {
        return debugfs(directory, most, List.of("-f", "-"), commands);
    }

    /// The same; it reads files from a directory and writes to the file system.
    ///
    /// @throws MachineException.DiskRefused if it could not do all of it
    void write(String commands, Path directory) throws IOException {
        FileSystemTool.Said said = debugfs(directory, LARGEST, List.of("-w", "-f", "-"), commands);
        String wrong = said.errors().lines().skip(1).findFirst().orElse("");
        if (said.exitCode() != 0 || !wrong.isEmpty()) {
            throw new MachineException.DiskRefused(
                    machine,
                    wrong.contains("Could not allocate")
                            ? MachineException.DiskRefused.Why.FULL
                            : MachineException.DiskRefused.Why.DAMAGED,
                    "the disk of " + machine + " does not take it" + lastLine(wrong));
        }
    }

    private FileSystemTool.Said debugfs(
            Path directory, ByteSize most, List<String> options, String commands)
            throws IOException {
        return tool(directory, most)
                .run("debugfs", options, List.of(), commands.getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String lastLine(String said) {
        return said.lines()
                .filter(line -> !line.isBlank())
                .reduce((_, last) -> last)
                .map(line -> ": " + GuestName.text(line.strip()))
                .orElse("");
    }

    /// Has all that was written last in the top. Nothing can be read or written after.
    void settle() throws IOException {
        isShown = false;
        mount.close();
        device.flush();
    }

    @Override
    public void close() throws IOException {
        try {
            if (isShown) {
                mount.close();
            }
        } finally {
            device.close();
            export.close();
            runtime.remove();
        }
    }
}
