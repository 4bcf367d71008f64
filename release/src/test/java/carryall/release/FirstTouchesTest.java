package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Block;
import carryall.chunk.Index;
import carryall.chunk.OpeningText;
import carryall.chunk.Piece;
import carryall.chunk.Touch;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.QemuProgram;
import carryall.transport.MemoryShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirstTouchesTest {
    private static final byte[] DISK = Builds.content(1, 2_000_000);
    private static final Optional<Appliance.Warm> WARM =
            Optional.of(new Appliance.Warm(QemuProgram.Version.parse("7.2.22"), Accelerator.TCG));
    private static final List<Touch> OPENING =
            List.of(
                    new Touch("app-memory", 90, 3),
                    new Touch("system", 300, 1),
                    new Touch("app-memory", 10, 40));

    private static final FetchListener QUIET =
            new FetchListener() {
                @Override
                public void begins(long fetchBytes, long hereBytes) {}

                @Override
                public void fetched(long bytes) {}
            };

    @TempDir private Path temp;
    private final Repository repository = new MemoryShelf().repository("drawing");
    private Appliances appliances;

    @BeforeEach
    void makeHost() {
        appliances = new Appliances(temp.resolve("appliances"));
    }

    /// All parts of an appliance with warm states.
    private static Map<Appliance.Part, byte[]> warmParts() {
        Map<Appliance.Part, byte[]> parts = new EnumMap<>(Appliance.Part.class);
        int seed = 10;
        for (Appliance.Part part :
                List.of(
                        Appliance.Part.PERSONAL,
                        Appliance.Part.SESSION_MEMORY,
                        Appliance.Part.SESSION_INDEX,
                        Appliance.Part.SESSION_DEVICES,
                        Appliance.Part.SESSION_SYSTEM,
                        Appliance.Part.APP_MEMORY,
                        Appliance.Part.APP_INDEX,
                        Appliance.Part.APP_DEVICES,
                        Appliance.Part.APP_SYSTEM,
                        Appliance.Part.APP_PERSONAL)) {
            boolean memory = part.word().endsWith("memory");
            parts.put(part, Builds.content(seed, (memory ? 100 : 3) * Block.SIZE));
            seed++;
        }
        return parts;
    }

    private List<Touch> touches(Optional<Appliance.Warm> warm, Map<Appliance.Part, byte[]> parts)
            throws IOException {
        return FirstTouches.of(Builds.build(appliances, "1.0", DISK, warm, parts));
    }

    private static List<Touch> small() {
        return List.of(
                new Touch("app-devices", 0, 3),
                new Touch("app-index", 0, 3),
                new Touch("app-system", 0, 3),
                new Touch("app-personal", 0, 3),
                new Touch("session-system", 0, 3),
                new Touch("personal", 0, 3));
    }

    @Test
    void theSmallFilesThatAWarmStateNeedsAreFirst() throws IOException {
        assertThat(touches(WARM, warmParts())).isEqualTo(small());
    }

    @Test
    void theOpeningFollowsThem() throws IOException {
        Map<Appliance.Part, byte[]> parts = warmParts();
        parts.put(Appliance.Part.OPENING, OpeningText.write(OPENING));
        assertThat(touches(WARM, parts))
                .startsWith(small().toArray(Touch[]::new))
                .endsWith(OPENING.toArray(Touch[]::new))
                .hasSize(small().size() + OPENING.size());
    }

    @Test
    void withoutWarmStatesTheKernelIsFirst() throws IOException {
        Map<Appliance.Part, byte[]> parts =
                Map.of(
                        Appliance.Part.INITRD,
                        Builds.content(3, 2 * Block.SIZE),
                        Appliance.Part.KERNEL,
                        Builds.content(4, 5 * Block.SIZE - 7),
                        Appliance.Part.PERSONAL,
                        new byte[0]);
        assertThat(touches(Optional.empty(), parts))
                .containsExactly(new Touch("kernel", 0, 5), new Touch("initrd", 0, 2));
        assertThat(touches(Optional.empty(), Map.of())).isEmpty();
    }

    @Test
    void anOpeningThatIsNoneIsDamageOfItsFile() {
        for (String text : List.of("system 0", "system 0 1\nsystem 0 0\n")) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            assertThatThrownBy(
                            () -> touches(Optional.empty(), Map.of(Appliance.Part.OPENING, bytes)))
                    .isInstanceOf(ApplianceException.ApplianceDamaged.class)
                    .hasMessageContaining("opening is damaged: line ");
        }
        byte[] large = new byte[OpeningText.LARGEST + 1];
        assertThatThrownBy(() -> touches(Optional.empty(), Map.of(Appliance.Part.OPENING, large)))
                .isInstanceOf(ApplianceException.ApplianceDamaged.class)
                .hasMessageContaining("more than 16777216 bytes");
    }

    @Test
    void aReleaseIsPackedInTheOrderOfItsOpening() throws IOException {
        Map<Appliance.Part, byte[]> parts = warmParts();
        parts.put(Appliance.Part.OPENING, OpeningText.write(OPENING));
        InstalledAppliance built = Builds.build(appliances, "1.0", DISK, WARM, parts);
        Published published =
                new Publishing(repository, appliances, temp.resolve("work"), Builds.QUIET)
                        .publish(built, Builds.NAME, Builds.noBases(), "1.0");
        Index index = published.installed().index();
        Set<Integer> chunks = new LinkedHashSet<>();
        for (Touch touch : FirstTouches.of(built)) {
            for (long block = touch.first(); block < touch.end(); block++) {
                Piece piece = index.image(touch.image()).orElseThrow().at(block);
                if (!piece.isZeros()) {
                    chunks.add(piece.chunk());
                }
            }
        }
        assertThat(List.copyOf(chunks)).isSorted().startsWith(0).endsWith(chunks.size() - 1);
        assertThat(index.opening())
                .isEqualTo(
                        chunks.stream()
                                .map(chunk -> index.chunks().get(chunk).frame())
                                .distinct()
                                .toList());
        Appliances users = new Appliances(temp.resolve("users"));
        try (Fetching fetching =
                Fetching.begin(repository, Optional.empty(), users, published.release())) {
            users.verify(fetching.finish(QUIET));
        }
    }

    @Test
    void aRamDiskOfFilesOfTheDiskAddsNothing() throws IOException {
        Map<Appliance.Part, byte[]> parts = warmParts();
        byte[] ramDisk = new byte[100 * Block.SIZE];
        for (int i = 0; i < 100; i++) {
            int from = 7 * i % (DISK.length / Block.SIZE) * Block.SIZE;
            System.arraycopy(DISK, from, ramDisk, i * Block.SIZE, Block.SIZE);
        }
        InstalledAppliance without = Builds.build(appliances, "1.0", DISK, WARM, parts);
        parts.put(Appliance.Part.INITRD, ramDisk);
        InstalledAppliance with = Builds.build(appliances, "1.1", DISK, WARM, parts);
        long[] content = new long[2];
        for (int i = 0; i < 2; i++) {
            content[i] =
                    new Publishing(repository, appliances, temp.resolve("work"), Builds.QUIET)
                            .publish(
                                    i == 0 ? without : with,
                                    Builds.NAME,
                                    Builds.noBases(),
                                    "1." + i)
                            .contentBytes();
        }
        assertThat(content[1]).isEqualTo(content[0]);
    }
}
