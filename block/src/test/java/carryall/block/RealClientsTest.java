package carryall.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The clients that others wrote: of libnbd, QEMU and fio. They must be installed; `./test` does
/// it.
@Timeout(300)
final class RealClientsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int MEBIBYTE = 1 << 20;

    /// The last of them begins at no block and ends at none.
    private static final List<Extent> EXTENTS =
            List.of(
                    new Extent(4 * MEBIBYTE, false),
                    new Extent(8 * MEBIBYTE, true),
                    new Extent(8 * MEBIBYTE, false),
                    new Extent(4 * MEBIBYTE - 512, true),
                    new Extent(1024, false));

    @TempDir Path folder;
    private final ComingDevice coming = new ComingDevice(MEBIBYTE);
    private Path image;
    private FileDevice device;
    private NbdServer server;
    private String uri;

    @BeforeEach
    void listen() throws IOException {
        image = folder.resolve("image");
        SplittableRandom random = new SplittableRandom(7);
        try (FileChannel file =
                FileChannel.open(image, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            long at = 0;
            for (Extent extent : EXTENTS) {
                if (!extent.isZero()) {
                    byte[] bytes = new byte[(int) extent.length()];
                    random.nextBytes(bytes);
                    file.write(ByteBuffer.wrap(bytes), at);
                }
                at += extent.length();
            }
        }
        device = FileDevice.open(image, EXTENTS);
        Path path = folder.resolve("nbd.sock");
        server = NbdServer.listen(path, Map.of("disk", device, "coming", coming));
        uri = "nbd+unix:///disk?socket=" + path;
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        device.close();
    }

    @Test
    void nbdinfoSeesWhatWeOffer() throws Exception {
        assertThat(run("nbdinfo", "--json", uri))
                .contains("\"export-size\": " + Files.size(image))
                .contains("\"structured\": true")
                .contains("\"base:allocation\"")
                .contains("\"is_read_only\": true")
                .contains("\"can_cache\": true", "\"can_df\": true", "\"can_multi_conn\": true")
                .contains("\"block_size_maximum\": 33554432");
        assertThat(run("nbdinfo", "--list", uri)).contains("export=\"disk\"", "export=\"coming\"");
    }

    @Test
    void nbdinfoAndQemuSeeTheZeros() throws Exception {
        assertThat(words(run("nbdinfo", "--map", uri)))
                .containsExactly(
                        "0 4194304 0 data",
                        "4194304 8388608 3 hole,zero",
                        "12582912 8388608 0 data",
                        "20971520 4193792 3 hole,zero",
                        "25165312 1024 0 data");
        String map = run("qemu-img", "map", "--output=json", "-f", "raw", uri);
        assertThat(map).contains("\"start\": 4194304, \"length\": 8388608");
        assertThat(map.lines().filter(line -> line.contains("\"data\": false"))).hasSize(2);
    }

    private static List<String> words(String text) {
        return text.lines().map(line -> line.strip().replaceAll(" +", " ")).toList();
    }

    @Test
    void nbdcopyCopiesEveryByte() throws Exception {
        Path copy = folder.resolve("copy");
        run("nbdcopy", uri, copy.toString());
        assertThat(Files.mismatch(copy, image)).isEqualTo(-1);
        Files.delete(copy);
        run("nbdcopy", "--synchronous", uri, copy.toString());
        assertThat(Files.mismatch(copy, image)).isEqualTo(-1);
    }

    @Test
    void qemuConvertsAndCompares() throws Exception {
        Path copy = folder.resolve("copy");
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", uri, copy.toString());
        run("qemu-img", "compare", "-f", "raw", "-F", "qcow2", uri, copy.toString());
        run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", copy.toString(), copy + ".raw");
        assertThat(Files.mismatch(Path.of(copy + ".raw"), image)).isEqualTo(-1);
    }

    @Test
    void nbdshAsksForManyThingsThatAllStillCome() throws Exception {
        Thread network =
                Thread.ofVirtual()
                        .start(() -> {
                            Eventually.holds("30 wait at once", () -> coming.waiting() == 30);
                            coming.arrive(0, coming.size());
                        });
        String said =
                run(
                        "nbdsh",
                        "-u",
                        uri.replace("/disk", "/coming"),
                        "-c",
                        """
                        buffers = [nbd.Buffer(4096) for i in range(30)]
                        for i, b in enumerate(buffers):
                            h.aio_pread(b, i * 4 * 4096, lambda error: 1)
                        while h.aio_in_flight() > 0:
                            h.poll(-1)
                        wrong = 0
                        for i, b in enumerate(buffers):
                            got = b.to_bytearray()
                            for j in range(0, 4096):
                                o = i * 4 * 4096 + j
                                wrong += got[j] != 1 + (o * 31 + (o >> 12)) % 255
                        print("wrong bytes:", wrong)
                        """);
        network.join();
        assertThat(said).contains("wrong bytes: 0");
    }

    @Test
    void nbdshIsToldWhatItMayNotDo() throws Exception {
        String said =
                run(
                        "nbdsh",
                        "-c",
                        """
                        h.set_strict_mode(0)
                        h.connect_uri("URI")
                        for name, wrong in [
                            ("write", lambda: h.pwrite(bytearray(4096), 0)),
                            ("trim", lambda: h.trim(4096, 0)),
                            ("zero", lambda: h.zero(4096, 0)),
                            ("past", lambda: h.pread(4096, h.get_size()))]:
                            try:
                                wrong()
                                print(name, "done")
                            except nbd.Error as e:
                                print(name, e.errno)
                        h.flush()
                        h.cache(4096, 0)
                        print(len(h.pread(4096, 0)))
                        """
                                .replace("URI", uri));
        assertThat(said.lines())
                .containsExactly("write EPERM", "trim EPERM", "zero EPERM", "past EINVAL", "4096");
    }

    @Test
    void fioReadsAtRandomAndInOrder() throws Exception {
        for (String way : List.of("randread", "read")) {
            String said =
                    run(
                            "fio",
                            "--name=" + way,
                            "--ioengine=nbd",
                            "--uri=" + uri,
                            "--rw=" + way,
                            "--bs=4k",
                            "--iodepth=32",
                            "--verify=0",
                            "--numjobs=2",
                            "--thread",
                            "--io_size=8m");
            assertThat(said).contains("err= 0");
        }
    }

    /// Runs a program that must succeed, and returns all it says.
    private String run(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of(words));
        Path said = folder.resolve("said");
        ProcessBuilder builder = new ProcessBuilder(line);
        // nbdsh takes the first Python, and only Debian's has what it needs.
        builder.environment().merge("PATH", "/usr/bin", (path, first) -> first + ":" + path);
        Process process;
        try {
            process =
                    builder.directory(folder.toFile())
                            .redirectErrorStream(true)
                            .redirectOutput(said.toFile())
                            .start();
        } catch (IOException missing) {
            throw new AssertionError(
                    words[0] + " is not installed; run ./test, which installs it", missing);
        }
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            String text = Files.readString(said, StandardCharsets.UTF_8);
            assertThat(ended).as("%s ends: %s", line, text).isTrue();
            assertThat(process.exitValue()).as("%s: %s", line, text).isZero();
            return text;
        } finally {
            process.destroyForcibly();
        }
    }
}
