package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

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

    /// Writes a recipe folder whose image is the witness's disk.
    static Path recipe(Path folder) throws IOException {
        Files.createDirectories(folder);
        byte[] disk = new byte[1 << 20];
        byte[] code = HexFormat.of().parseHex(CODE);
        System.arraycopy(code, 0, disk, 0, code.length);
        disk[510] = 0x55;
        disk[511] = (byte) 0xaa;
        Files.write(folder.resolve("witness.raw"), disk);
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                name: witness
                version: "1"
                title: Witness
                summary: Counts, and says only what it has flushed.
                image: witness.raw
                memory: 16MiB
                cpus: 1
                profile: classic
                """,
                StandardCharsets.UTF_8);
        return folder;
    }
}
