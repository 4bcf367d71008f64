package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Layers as QEMU writes them, read without it, and the file system on them.
final class LayeredDiskTest {
    private static final int MIB = 1 << 20;

    @TempDir private Path temp;
    private Path base = Path.of("");
    private Path lower = Path.of("");
    private Path upper = Path.of("");

    @BeforeEach
    void makeLayers() throws Exception {
        base = temp.resolve("base.raw");
        lower = temp.resolve("lower.qcow2");
        upper = temp.resolve("upper.qcow2");
        run("truncate", "-s", "4M", base.toString());
        run("mke2fs", "-q", "-t", "ext4", "-F", base.toString());
        Disks.layer(lower, base, Disks.Format.RAW, 4 * MIB);
        run("qemu-io", "-c", "write -P 7 1M 256k", "-c", "write -P 8 2M 64k", lower.toString());
        Disks.layer(upper, lower, Disks.Format.QCOW2, 8 * MIB);
        run("qemu-io", "-c", "write -P 9 1M 64k", "-c", "write -z 2M 64k", upper.toString());
    }

    private static void run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        byte[] said = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).as(new String(said, StandardCharsets.UTF_8)).isZero();
    }

    @Test
    void eachByteIsThatOfTheHighestLayerThatHoldsIt() throws Exception {
        Path whole = temp.resolve("whole.raw");
        run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", upper + "", whole + "");
        ByteBuffer read = ByteBuffer.allocate(8 * MIB);
        try (LayeredDisk disk = LayeredDisk.open(base, List.of(lower, upper))) {
            assertThat(disk.size()).isEqualTo(8 * MIB);
            disk.read(0, read);
        }
        assertThat(read.array()).isEqualTo(Files.readAllBytes(whole));
        assertThat(read.array()[MIB]).isEqualTo((byte) 9);
        assertThat(read.array()[2 * MIB]).isZero();
    }

    @Test
    void aFileSystemSaysHowFullItIs() throws IOException {
        try (LayeredDisk disk = LayeredDisk.open(base, List.of())) {
            Superblock found = Superblock.read(disk, disk.size()).orElseThrow();
            assertThat(found.sizeBytes()).isEqualTo(4 * MIB);
            assertThat(found.usedBytes()).isBetween(1L, 2L * MIB);
            assertThat(found.needsRecovery()).isFalse();
        }
        assertThat(Superblock.read((_, _) -> {}, MIB)).isEqualTo(Optional.empty());
    }

    @Test
    void whateverStandsInALayerOrAFileSystemIsReadOrRefused() throws IOException {
        Random random = new Random(6);
        byte[] layer = Files.readAllBytes(upper);
        byte[] disk = Files.readAllBytes(base);
        List<Exception> refused = new ArrayList<>();
        for (int round = 0; round < 3000; round++) {
            byte[] changed = layer.clone();
            for (int i = 0; i < 4; i++) {
                changed[random.nextInt(i < 2 ? 104 : changed.length)] = (byte) random.nextInt();
            }
            Files.write(upper, changed);
            try (LayeredDisk read = LayeredDisk.open(base, List.of(lower, upper))) {
                read.read(random.nextInt(8 * MIB), ByteBuffer.allocate(2048));
            } catch (IOException wrong) {
                refused.add(wrong);
            }
            byte[] other = disk.clone();
            for (int i = 0; i < 8; i++) {
                other[1024 + random.nextInt(1024)] = (byte) random.nextInt();
            }
            Superblock.read(
                            (offset, into) -> into.put(0, other, (int) offset, into.remaining()),
                            other.length)
                    .ifPresent(found ->
                            assertThat(found.usedBytes()).isBetween(0L, found.sizeBytes()));
        }
        assertThat(refused).isNotEmpty();
    }

    @Test
    void aLayerThatIsNoneIsRefused() throws IOException {
        Files.write(upper, new byte[MIB]);
        assertThatThrownBy(() -> LayeredDisk.open(base, List.of(upper)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no plain qcow2 layer");
    }
}
