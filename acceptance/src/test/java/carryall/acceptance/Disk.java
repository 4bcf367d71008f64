package carryall.acceptance;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A machine's disk, read from outside while the machine is stopped.
final class Disk {
    static final Set<OpenOption> REPLACED =
            Set.of(
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE);

    private static final Pattern SYSTEM =
            Pattern.compile("\"system\":\\{\"frozen\":\\[(.*?)](?:,\"top\":\"(.*?)\")?}");

    private Disk() {}

    /// The topmost layer of a machine's system disk, as its head says.
    static Path system(Path machine) throws IOException {
        String head = Files.readString(machine.resolve("head.json"));
        Matcher system = SYSTEM.matcher(head);
        if (!system.find()) {
            throw new AssertionError("no system disk in " + head);
        }
        String frozen = system.group(1);
        String name =
                system.group(2) != null
                        ? system.group(2)
                        : frozen.substring(frozen.lastIndexOf(':') + 1, frozen.length() - 1);
        return machine.resolve("disks").resolve(name);
    }

    /// The counter of the [WitnessGuest] in sector 1, which must agree with its complement; 0 on a
    /// fresh disk. The layer must be whole as well.
    static long witnessed(Path qcow2) throws IOException, InterruptedException {
        // 3: nothing but unused clusters, as a kill may leave.
        Tool.run(List.of(0, 3), "qemu-img", "check", "-q", "-f", "qcow2", qcow2.toString());
        Path sector = qcow2.resolveSibling("sector-1");
        Tool.run(
                "qemu-img",
                "dd",
                "-f",
                "qcow2",
                "-O",
                "raw",
                "bs=512",
                "skip=1",
                "count=2",
                "if=" + qcow2,
                "of=" + sector);
        ByteBuffer bytes =
                ByteBuffer.wrap(Files.readAllBytes(sector)).order(ByteOrder.LITTLE_ENDIAN);
        Files.delete(sector);
        int counter = bytes.getInt(0);
        int complement = bytes.getInt(4);
        if (counter == 0 && complement == 0) {
            return 0;
        }
        if (complement != ~counter) {
            throw new AssertionError(
                    "sector 1 is torn: %08x and %08x".formatted(counter, complement));
        }
        return Integer.toUnsignedLong(counter);
    }

    /// The SHA-256 of each disk in a machine's folder, or in each machine's.
    static Map<Path, String> digests(Path folder) throws IOException {
        Map<Path, String> digests = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                if (file.toString().matches(".*\\.(raw|qcow2)")) {
                    digests.put(file, Digest.of(file).text());
                }
            }
        }
        return digests;
    }
}
