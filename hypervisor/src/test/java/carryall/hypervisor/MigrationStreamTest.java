package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MigrationStreamTest {
    private static final long MEMORY = 16 * 4096;

    @TempDir private Path temp;

    /// Remembers pages by number: their first byte, or 0.
    private static final class Pages implements MemorySink {
        private final Map<Long, Integer> seen = new TreeMap<>();

        @Override
        public void page(long offsetBytes, ByteBuffer page) {
            assertThat(page.remaining()).isEqualTo(PAGE);
            seen.put(offsetBytes / PAGE, (int) page.get(0));
        }

        @Override
        public void zero(long offsetBytes) {
            seen.put(offsetBytes / PAGE, 0);
        }
    }

    private static byte[] split(byte[] stream, MemorySink pages) throws IOException {
        ByteArrayOutputStream devices = new ByteArrayOutputStream();
        MigrationStream.split(
                Channels.newChannel(new ByteArrayInputStream(stream)),
                MEMORY,
                pages,
                Channels.newChannel(devices));
        return devices.toByteArray();
    }

    private byte[] join(byte[] devices, MemorySource pages) throws IOException {
        Path file = Files.write(temp.resolve("devices"), devices);
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        MigrationStream.join(file, MEMORY, pages, Channels.newChannel(joined));
        return joined.toByteArray();
    }

    @Test
    void theMemorysPagesAreTakenOutByAddress() throws IOException {
        Pages pages = new Pages();
        split(StreamWriter.usual().bytes(), pages);
        assertThat(pages.seen).isEqualTo(Map.of(0L, 0, 3L, (int) 'a', 4L, 0, 5L, (int) 'b', 6L, 0));
    }

    @Test
    void whatRemainsIsAStreamWithoutThem() throws IOException {
        byte[] devices = split(StreamWriter.usual().bytes(), new Pages());
        Pages none = new Pages();
        assertThat(split(devices, none)).isEqualTo(devices);
        assertThat(none.seen).isEmpty();
        assertThat(new String(devices, java.nio.charset.StandardCharsets.ISO_8859_1))
                .contains("vvvv", "virtio-net", "0123456789")
                .doesNotContain("aaaa", "bbbb");
    }

    @Test
    void whatIsJoinedIsTakenApartTheSameWay() throws IOException {
        byte[] devices = split(StreamWriter.usual().bytes(), new Pages());
        byte[] joined =
                join(
                        devices,
                        sink -> {
                            sink.page(9 * 4096L, ByteBuffer.allocate(4096).put(0, (byte) 'n'));
                            sink.zero(2 * 4096L);
                        });
        Pages pages = new Pages();
        assertThat(split(joined, pages)).contains(devices[devices.length - 1]);
        assertThat(pages.seen).isEqualTo(Map.of(2L, 0, 9L, (int) 'n'));
        assertThat(join(devices, MemorySource.NOTHING).length).isGreaterThan(devices.length);
    }

    @Test
    void anUnknownSectionIsRefusedByItsName() {
        StreamWriter stream = new StreamWriter().header();
        stream.number8(1).number32(2).name("dirty-bitmap").number32(0).number32(1);
        assertRefused(stream.bytes(), "dirty-bitmap");
        StreamWriter early = new StreamWriter().header();
        early.device("virtio-mem", 0, "x").description();
        assertRefused(early.bytes(), "virtio-mem");
    }

    @Test
    void unknownFlagsPagesAndSizesAreRefused() {
        assertRefused(begun().part().number64(0x40).end().bytes(), "ram");
        assertRefused(begun().part().page("ram", 16, 'x').end().bytes(), "ram");
        assertRefused(begun().part().page("pc.bios", 0, 'x').end().bytes(), "ram");
        assertRefused(begun().part().page(1, 'x').end().bytes(), "ram");
        assertRefused(new StreamWriter().header().ramStart(8192, 4096).bytes(), "ram");
        assertRefused(begun().part().number64(0x10).number8(0x7e).number32(4).bytes(), "ram");
        assertRefused(new byte[100], "the header");
    }

    private static StreamWriter begun() {
        return new StreamWriter().header().ramStart(MEMORY, 4096);
    }

    private static void assertRefused(byte[] stream, String section) {
        assertThatThrownBy(() -> split(stream, new Pages()))
                .isInstanceOf(HypervisorException.StreamRefused.class)
                .hasMessageContaining("section " + section + " is refused");
    }

    @Test
    void aStreamThatIsCutAnywhereBeforeTheDevicesIsRefused() {
        byte[] whole = StreamWriter.usual().bytes();
        int devices = indexOf(whole, "timer") - 20;
        for (int length = 0; length < devices; length += length < 200 ? 1 : 97) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> split(cut, new Pages()))
                    .as("cut at " + length)
                    .isInstanceOf(HypervisorException.StreamRefused.class);
        }
    }

    @Test
    void rubbishIsRefusedOrTakenApartAndNothingElse() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] whole = StreamWriter.usual().bytes();
        int refused = 0;
        for (int round = 0; round < 20_000; round++) {
            byte[] changed = whole.clone();
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                // Mostly where the structure is, not in the pages.
                int at = random.nextInt(4) == 0 ? whole.length : 160;
                changed[random.nextInt(at)] = (byte) random.nextInt(256);
            }
            byte[] stream =
                    random.nextInt(8) == 0
                            ? Arrays.copyOf(changed, random.nextInt(changed.length))
                            : changed;
            try {
                byte[] devices = split(stream, new Pages());
                DeviceSections.read(Files.write(temp.resolve("fuzzed"), devices), MEMORY);
            } catch (HypervisorException.StreamRefused expected) {
                refused++;
            } catch (IOException | RuntimeException | StackOverflowError wrong) {
                throw new AssertionError("seed " + seed + " round " + round, wrong);
            }
        }
        assertThat(refused).as("seed " + seed).isGreaterThan(5000);
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1).indexOf(text);
    }
}
