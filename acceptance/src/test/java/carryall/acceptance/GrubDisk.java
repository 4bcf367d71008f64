package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// Makes raw disks that start with GRUB, without partitions and without a file system: the boot
/// sector, GRUB's core behind it, and files behind that, which GRUB finds by their sectors.
final class GrubDisk {
    private static final Path GRUB = Path.of("/usr/lib/grub/i386-pc");
    private static final int SECTOR = 512;
    private static final int FIRST_FILE = 2048;

    private GrubDisk() {}

    /// A file on the disk.
    ///
    /// @param sectors how GRUB names where it is
    private record Placed(Path file, String sectors) {}

    /// Writes a disk.
    ///
    /// @param modules GRUB's, beyond those that read a BIOS disk
    /// @param commands what GRUB does at once; `%s` stands for each file in turn
    /// @param files what is on the disk
    static void write(Path disk, List<String> modules, String commands, List<Path> files)
            throws IOException, InterruptedException {
        List<Placed> placed = new ArrayList<>();
        long next = FIRST_FILE;
        for (Path file : files) {
            long count = (Files.size(file) + SECTOR - 1) / SECTOR;
            placed.add(new Placed(file, "(hd0)" + next + "+" + count));
            next += count;
        }
        Path config = disk.resolveSibling("grub.cfg");
        Path core = disk.resolveSibling("core.img");
        Files.writeString(
                config,
                commands.formatted(placed.stream().map(Placed::sectors).toArray()),
                StandardCharsets.UTF_8);
        List<String> words =
                new ArrayList<>(
                        List.of("grub-mkimage", "-O", "i386-pc", "-p", "(hd0)", "-c", config + ""));
        words.addAll(List.of("-o", core.toString(), "biosdisk"));
        words.addAll(modules);
        Tool.run(words.toArray(String[]::new));
        try (var output = Files.newByteChannel(disk, Disk.REPLACED)) {
            output.write(java.nio.ByteBuffer.wrap(Files.readAllBytes(GRUB.resolve("boot.img"))));
            output.write(java.nio.ByteBuffer.wrap(Files.readAllBytes(core)));
            long at = FIRST_FILE;
            for (Path file : files) {
                output.position(at * SECTOR);
                byte[] bytes = Files.readAllBytes(file);
                output.write(java.nio.ByteBuffer.wrap(bytes));
                at += (bytes.length + SECTOR - 1) / SECTOR;
            }
            output.position((at / FIRST_FILE + 1) * FIRST_FILE * SECTOR - 1);
            output.write(java.nio.ByteBuffer.wrap(new byte[1]));
        }
        Files.delete(config);
        Files.delete(core);
    }
}
