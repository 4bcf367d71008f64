package carryall.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import carryall.libc.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What clients see of a mount: reads from this process, maps from others, as a process must not
/// map what it serves.
@Timeout(60)
final class FuseMountTest {
    private static final int MIB = 1 << 20;

    private Path folder = Path.of("");
    private Path directory = Path.of("");

    @BeforeEach
    void makeFolder() throws IOException {
        assumeTrue(Files.exists(Path.of("/dev/fuse")), "there is no /dev/fuse");
        // Not a @TempDir: another user must be able to pass through.
        folder = Files.createTempDirectory(Path.of("/tmp"), "carryall-fuse-test");
        directory = Files.createDirectory(folder.resolve("mount point"));
    }

    @AfterEach
    void removeFolder() throws IOException {
        if (Files.exists(folder)) {
            FuseMount.removeStale(directory);
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path file : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aReadGivesTheDevicesContent() throws Exception {
        BlockDevice odd = ComingDevice.whole(3 * MIB + 5);

        try (FuseMount mount =
                        FuseMount.mount(
                                directory, Map.of("odd", odd, "empty", ComingDevice.whole(0)));
                Stream<Path> listed = Files.list(directory)) {
            assertThat(listed).containsExactlyInAnyOrder(mount.file("odd"), mount.file("empty"));
            assertThat(Files.size(mount.file("odd"))).isEqualTo(odd.size());
            assertThat(Files.readAllBytes(mount.file("odd"))).isEqualTo(content(3 * MIB + 5));
            assertThat(Files.readAllBytes(mount.file("empty"))).isEmpty();
            assertThat(mount.file("other")).doesNotExist();
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void whatWasReadOnceIsNotAskedForAgain() throws Exception {
        NotedDevice device = NotedDevice.over(ComingDevice.whole(MIB));

        try (FuseMount mount = FuseMount.mount(directory, Map.of("memory", device))) {
            Files.readAllBytes(mount.file("memory"));
            int asked = device.lengths().size();
            Files.readAllBytes(mount.file("memory"));

            assertThat(asked).isPositive();
            assertThat(device.lengths()).hasSize(asked);
        }
    }

    @Test
    void aFileMapsCopyOnWrite() throws Exception {
        try (FuseMount mount =
                FuseMount.mount(directory, Map.of("memory", ComingDevice.whole(4 * MIB)))) {
            assertThat(run(words("map", mount.file("memory").toString()))).isEqualTo("true true");

            assertThat(Files.readAllBytes(mount.file("memory"))).isEqualTo(content(4 * MIB));
        }
    }

    @Test
    void aFaultAsksForNoMoreThanItWasTold() throws Exception {
        for (int most : List.of(FuseMount.USUAL_READ, 16 << 10)) {
            NotedDevice device = NotedDevice.over(ComingDevice.whole(16 * MIB));

            try (FuseMount mount = FuseMount.mount(directory, Map.of("memory", device), most)) {
                String place = Integer.toString(9 * MIB + 12345);
                assertThat(run(words("touch", mount.file("memory").toString(), place)))
                        .isEqualTo("true");

                int asked = device.lengths().stream().mapToInt(Integer::intValue).sum();
                assertThat(asked).isBetween(4096, most);
            }
        }
    }

    @Test
    void aReadThatWaitsStopsNoOther() throws Exception {
        ComingDevice waiting = new ComingDevice(16 * MIB);

        try (FuseMount mount =
                        FuseMount.mount(
                                directory,
                                Map.of("waiting", waiting, "here", ComingDevice.whole(MIB)));
                var threads = Executors.newCachedThreadPool()) {
            List<CompletableFuture<ByteBuffer>> reads = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                long offset = i * 256L * 1024;
                reads.add(
                        CompletableFuture.supplyAsync(
                                () -> read(mount.file("waiting"), offset), threads));
            }
            while (waiting.waiting() < 40) {
                Thread.onSpinWait();
            }

            assertThat(Files.readAllBytes(mount.file("here"))).isEqualTo(content(MIB));
            assertThat(reads).noneMatch(CompletableFuture::isDone);

            waiting.arrive(0, waiting.size());
            for (int i = 0; i < 40; i++) {
                ByteBuffer read = reads.get(i).get(20, TimeUnit.SECONDS);
                long offset = i * 256L * 1024;
                assertThat(read.remaining()).isEqualTo(4096);
                assertThat(read.get(4095)).isEqualTo(ComingDevice.at(offset + 4095));
            }
        }
    }

    @Test
    void everyChangeIsRefused() throws Exception {
        try (FuseMount mount =
                FuseMount.mount(directory, Map.of("memory", ComingDevice.whole(8192)))) {
            Path file = mount.file("memory");
            try (FileChannel channel =
                    FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
                refused(() -> channel.write(ByteBuffer.wrap(new byte[10]), 0));
                refused(() -> channel.write(ByteBuffer.wrap(new byte[10]), 8192));
                refused(() -> channel.truncate(4096));
            }
            refused(() -> Files.write(file, new byte[10]));
            refused(() -> Files.delete(file));
            refused(() -> Files.move(file, directory.resolve("moved")));
            refused(() -> Files.createFile(directory.resolve("new")));
            refused(() -> Files.createDirectory(directory.resolve("new")));
            refused(() -> Files.setLastModifiedTime(file, FileTime.fromMillis(1)));

            assertThat(Files.readAllBytes(file)).isEqualTo(content(8192));
        }
    }

    @Test
    void aDeviceThatFailsIsAnErrorForWhoReads() throws Exception {
        ComingDevice device = new ComingDevice(MIB);
        device.arrive(0, ComingDevice.BLOCK);
        device.breakAt(0);
        device.breakAt(ComingDevice.BLOCK);

        try (FuseMount mount = FuseMount.mount(directory, Map.of("memory", device), 4096);
                var threads = Executors.newCachedThreadPool()) {
            Path file = mount.file("memory");
            assertThatThrownBy(() -> readOnce(file, 0)).isInstanceOf(IOException.class);

            CompletableFuture<ByteBuffer> late =
                    CompletableFuture.supplyAsync(() -> read(file, ComingDevice.BLOCK), threads);
            while (device.waiting() == 0) {
                Thread.onSpinWait();
            }
            device.arrive(0, MIB);
            assertThatThrownBy(() -> late.get(10, TimeUnit.SECONDS))
                    .hasRootCauseInstanceOf(IOException.class);
        }
    }

    @Test
    void closingEndsAReadThatWaits() throws Exception {
        ComingDevice waiting = new ComingDevice(MIB);
        FuseMount mount = FuseMount.mount(directory, Map.of("memory", waiting));
        try (var threads = Executors.newCachedThreadPool()) {
            CompletableFuture<ByteBuffer> read =
                    CompletableFuture.supplyAsync(() -> read(mount.file("memory"), 0), threads);
            while (waiting.waiting() == 0) {
                Thread.onSpinWait();
            }

            mount.close();

            assertThatThrownBy(() -> read.get(10, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(IOException.class);
            assertThat(waiting.interrupted()).isPositive();
            assertThat(waiting.waiting()).isZero();
            assertThat(directory).isEmptyDirectory();
        }
        mount.close();
    }

    @Test
    void whoWaitsInAFaultCanBeKilled() throws Exception {
        ComingDevice waiting = new ComingDevice(MIB);
        try (FuseMount mount = FuseMount.mount(directory, Map.of("memory", waiting))) {
            Process client =
                    new ProcessBuilder(words("touch", mount.file("memory").toString(), "1"))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            while (waiting.waiting() == 0) {
                Thread.onSpinWait();
            }

            client.destroyForcibly();

            assertThat(client.waitFor(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closingDoesNotWaitForAnOpenFile() throws Exception {
        FuseMount mount = FuseMount.mount(directory, Map.of("memory", ComingDevice.whole(MIB)));
        try (FileChannel open = FileChannel.open(mount.file("memory"))) {
            mount.close();

            assertThat(directory).isEmptyDirectory();
            assertThatThrownBy(() -> open.read(ByteBuffer.allocate(10)))
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void whatAKilledProcessLeftMountedIsTakenAway() throws Exception {
        for (int i = 0; i < 2; i++) {
            Process killed =
                    new ProcessBuilder(words("stay", directory.toString()))
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            assertThat(killed.inputReader().readLine()).isEqualTo("mounted");
            killed.destroyForcibly().waitFor();
        }
        assertThatThrownBy(() -> Files.size(directory)).isInstanceOf(IOException.class);

        FuseMount.removeStale(directory);

        assertThat(directory).isEmptyDirectory();
        FuseMount.removeStale(directory);
        FuseMount.removeStale(folder.resolve("not there/at all"));
    }

    @Test
    void anOrdinaryUserMountsToo() throws Exception {
        assumeTrue(isRoot(), "becoming another user needs root");
        assertThat(run(asNobody())).isEqualTo("true");
    }

    @Test
    void whereNothingCanBeMountedTheErrorSaysWhatToDo() throws Exception {
        assumeTrue(isRoot(), "becoming another user needs root");
        List<String> helpless = new ArrayList<>(asNobody());
        helpless.add(helpless.indexOf("--clear-groups"), "--no-new-privs");
        List<String> powerless = new ArrayList<>(List.of("setpriv", "--bounding-set=-sys_admin"));
        powerless.add("--inh-caps=-sys_admin");
        powerless.addAll(words("read", directory.toString()));

        assertThat(run(helpless)).contains("mount point", "setuid root");
        assertThat(run(powerless)).contains("mount point", "CAP_SYS_ADMIN");
    }

    private static boolean isRoot() throws IOException {
        return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
    }

    /// The words by which nobody, who may open /dev/fuse, mounts and reads.
    private List<String> asNobody() throws Exception {
        Files.setPosixFilePermissions(
                folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
        Files.setAttribute(directory, "unix:uid", 65534);
        for (Class<?> type : List.of(FuseMount.class, FuseMountTest.class, Libc.class)) {
            copy(Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()));
        }
        Path script =
                Files.writeString(
                        folder.resolve("user.sh"),
                        """
                        set -e
                        mknod "$1/fuse" c 10 229
                        chmod 666 "$1/fuse"
                        mount --bind "$1/fuse" /dev/fuse
                        shift
                        exec "$@"
                        """);
        List<String> all = new ArrayList<>(List.of("unshare", "--mount", "sh"));
        all.addAll(List.of(script.toString(), folder.toString()));
        all.addAll(List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"));
        all.addAll(java(folder.resolve("classes").toString()));
        all.addAll(List.of("read", directory.toString()));
        return all;
    }

    /// @param code a folder of classes, or a jar of them
    private void copy(Path code) throws IOException {
        if (Files.isDirectory(code)) {
            copyFolder(code);
            return;
        }
        try (FileSystem jar = FileSystems.newFileSystem(code)) {
            copyFolder(jar.getPath("/"));
        }
    }

    private void copyFolder(Path classes) throws IOException {
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Path to = folder.resolve("classes").resolve(classes.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static List<String> words(String... words) {
        List<String> all = java(System.getProperty("java.class.path"));
        all.addAll(List.of(words));
        return all;
    }

    private static List<String> java(String classPath) {
        List<String> all = new ArrayList<>();
        all.add(ProcessHandle.current().info().command().orElseThrow());
        all.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
        all.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath));
        all.add(FuseProcess.class.getName());
        return all;
    }

    /// What a process says, which ends with this call.
    private String run(List<String> words) throws Exception {
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(words).redirectError(errors.toFile()).start();
        try {
            process.getOutputStream().close();
            String said = String.join("\n", process.inputReader().lines().toList());
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    private interface Change {
        void make() throws IOException;
    }

    private static void refused(Change change) {
        assertThatThrownBy(change::make).hasMessageContaining("Read-only file system");
    }

    private static byte[] content(int bytes) {
        return ComingDevice.content(0, bytes);
    }

    private static ByteBuffer read(Path file, long offset) {
        try {
            return readOnce(file, offset);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static ByteBuffer readOnce(Path file, long offset) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer some = ByteBuffer.allocate(4096);
            channel.read(some, offset);
            return some.flip();
        }
    }
}
