package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.function.Consumer;

/// A guest of 512 bytes, our own real-mode code (`witness.asm`): it writes a counter and its
/// complement to its disk, flushes, and only then says the counter on its serial port. Whatever it
/// said must be on the disk, however its host died.
final class WitnessGuest {
    private static final String CODE =
            "fa31c08ed88ec08ed0bc007cfb8816947cb442e8650066a10080668b1e048066f7d36639"
                    + "d874036631c0f4664066a300806689c366f7d366891e04806650b80043e837007232baf7"
                    + "01b0e7eeeca88075fb6658b9080066c1c0046650240f3c0a720204270430e81c006658e2"
                    + "e96650b00ae811006658ebb2f4ebfd8a16947cbe957ccd13c350bafd03eca82074fb58ba"
                    + "f803eec300100001000080000001";

    private WitnessGuest() {}

    /// `mov [drive], dl`: that it counts on the disk it came from.
    private static final String OWN_DISK = "8816947c";

    private static final String NOTHING = "90909090";
    private static final int DRIVE = 0x94;

    /// Writes a recipe folder whose image is the witness's disk.
    static Path recipe(Path folder) throws IOException {
        Files.createDirectories(folder);
        write(folder, CODE, disk -> {});
        writeRecipe(folder, "1", "");
        return folder;
    }

    /// The same, but that it counts on a personal disk.
    ///
    /// @param version 1 to 9
    static Path personalRecipe(Path folder, int version) throws IOException {
        Files.createDirectories(folder);
        write(
                folder,
                CODE.replace(OWN_DISK, NOTHING),
                disk -> {
                    disk[DRIVE] = (byte) 0x81;
                    disk[509] = (byte) version;
                });
        Files.write(folder.resolve("count.raw"), new byte[1 << 20]);
        writeRecipe(folder, version + "", "personal-image: count.raw\n");
        return folder;
    }

    private static void write(Path folder, String text, Consumer<byte[]> change)
            throws IOException {
        byte[] disk = new byte[1 << 20];
        byte[] code = HexFormat.of().parseHex(text);
        System.arraycopy(code, 0, disk, 0, code.length);
        change.accept(disk);
        disk[510] = 0x55;
        disk[511] = (byte) 0xaa;
        Files.write(folder.resolve("witness.raw"), disk);
    }

    private static void writeRecipe(Path folder, String version, String more) throws IOException {
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                name: witness
                version: "%s"
                title: Witness
                summary: Counts, and says only what it has flushed.
                image: witness.raw
                memory: 16MiB
                cpus: 1
                profile: classic
                """
                                .formatted(version)
                        + more,
                StandardCharsets.UTF_8);
    }
}
