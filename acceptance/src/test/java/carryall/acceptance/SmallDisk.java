package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;

/// A file system of a few megabytes in memory, mounted while a test needs one that is soon full.
///
/// @param place where it is mounted
record SmallDisk(Path place) {
    static SmallDisk mount(Path place, int mebibytes) throws IOException, InterruptedException {
        Files.createDirectories(place);
        Tool.run(
                "mount",
                "-t",
                "tmpfs",
                "-o",
                "mode=0755,size=" + mebibytes + "m",
                "carryall-test",
                place.toString());
        return new SmallDisk(place);
    }

    private Path filling() {
        return place.resolve("filling");
    }

    /// Takes all the space but some.
    void fillBut(int mebibytes) throws IOException {
        long free = Files.getFileStore(place).getUsableSpace() - ((long) mebibytes << 20);
        byte[] page = new byte[4096];
        try (OutputStream filling = Files.newOutputStream(filling())) {
            for (long i = 0; i < free / page.length; i++) {
                filling.write(page);
            }
        }
    }

    /// Takes all the space, to the last page.
    void fill() throws IOException {
        fillBut(0);
        try (OutputStream filling = Files.newOutputStream(filling(), StandardOpenOption.APPEND)) {
            while (true) {
                filling.write(new byte[4096]);
            }
        } catch (IOException full) {
            assertThat(full).hasMessageContaining("No space left");
        }
    }

    /// Gives back what was taken.
    void free() throws IOException {
        Files.delete(filling());
    }

    /// Unmounts it, once nobody uses it any more.
    void unmount() throws Exception {
        Waiting.until(
                "nobody uses " + place,
                Duration.ofSeconds(20),
                () -> Processes.naming(place).isEmpty());
        // The kernel takes a jail's mounts away some time after its processes.
        Waiting.until(
                place + " is unmounted",
                Duration.ofSeconds(20),
                () -> new ProcessBuilder("umount", place.toString()).start().waitFor() == 0);
    }
}
