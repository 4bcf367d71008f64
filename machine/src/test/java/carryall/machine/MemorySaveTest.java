package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.Appliance;
import carryall.appliance.MemoryImageFile;
import carryall.appliance.MemoryIndex;
import carryall.hypervisor.MemorySink;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MemorySaveTest {
    private static final int PAGES = 64;

    @TempDir private Path temp;

    /// A guest's memory that we change by hand.
    private final byte[] memory = new byte[PAGES * MemorySink.PAGE];

    private int saves;

    private void fill(int page, int seed) {
        byte[] bytes = new byte[MemorySink.PAGE];
        new Random(seed).nextBytes(bytes);
        System.arraycopy(bytes, 0, memory, page * MemorySink.PAGE, MemorySink.PAGE);
    }

    private void clear(int page) {
        java.util.Arrays.fill(
                memory, page * MemorySink.PAGE, (page + 1) * MemorySink.PAGE, (byte) 0);
    }

    /// As QEMU sends it.
    private static void send(byte[] memory, MemorySink sink) throws IOException {
        for (int page = 0; page < PAGES; page++) {
            ByteBuffer bytes =
                    ByteBuffer.wrap(memory, page * MemorySink.PAGE, MemorySink.PAGE).slice();
            boolean isZero = true;
            for (int i = 0; i < MemorySink.PAGE && isZero; i++) {
                isZero = bytes.get(i) == 0;
            }
            if (isZero) {
                sink.zero((long) page * MemorySink.PAGE);
            } else {
                sink.page((long) page * MemorySink.PAGE, bytes);
            }
        }
    }

    private MemorySave.Saved save(ParentMemory parent) throws IOException {
        try (MemorySave save = new MemorySave(parent)) {
            send(memory, save);
            return save.finish(temp.resolve("index-" + saves++));
        }
    }

    /// The memory as it would be loaded.
    private byte[] load(ParentMemory saved) throws IOException {
        byte[] loaded = new byte[memory.length];
        if (saved.base().isPresent()) {
            loaded = Files.readAllBytes(saved.base().get().file());
        }
        byte[] into = loaded;
        List<Path> packs =
                saved.packs().stream()
                        .map(pack -> saved.packFolder().resolve(pack.fileName()))
                        .toList();
        saved.index()
                .source(packs)
                .sendTo(
                        new MemorySink() {
                            @Override
                            public void page(long offsetBytes, ByteBuffer page) {
                                page.duplicate().get(into, (int) offsetBytes, PAGE);
                            }

                            @Override
                            public void zero(long offsetBytes) {
                                java.util.Arrays.fill(
                                        into,
                                        (int) offsetBytes,
                                        (int) offsetBytes + PAGE,
                                        (byte) 0);
                            }
                        });
        return loaded;
    }

    private ParentMemory none() {
        return ParentMemory.empty(PAGES, temp.resolve("memory"));
    }

    private ParentMemory image() throws IOException {
        Path file = temp.resolve("app.memory");
        try (MemoryImageFile image = MemoryImageFile.create(file, memory.length)) {
            send(memory, image);
            assertThat(image.finish().stored()).isPositive();
        }
        return new ParentMemory(
                Optional.of(new ParentMemory.Base(Appliance.Part.APP_MEMORY, file)),
                new MemoryIndex(PAGES, List.of()),
                List.of(),
                temp.resolve("memory"));
    }

    @Test
    void whatIsSavedIsWhatIsLoaded() throws IOException {
        fill(3, 1);
        fill(4, 2);
        fill(63, 3);
        assertThat(load(save(none()).memory())).isEqualTo(memory);
    }

    @Test
    void aSecondSaveStoresOnlyThePagesThatChanged() throws IOException {
        for (int page = 0; page < 40; page++) {
            fill(page, page);
        }
        ParentMemory first = save(none()).memory();
        fill(7, 700);
        fill(50, 701);
        clear(9);
        MemorySave.Saved second = save(first);
        assertThat(load(second.memory())).isEqualTo(memory);
        assertThat(Files.size(pack(second.memory(), 1))).isEqualTo(2 * MemorySink.PAGE);
        assertThat(second.bytes()).isLessThan(3 * MemorySink.PAGE);
        MemorySave.Saved third = save(second.memory());
        assertThat(third.memory().packs()).isEqualTo(second.memory().packs());
        assertThat(load(third.memory())).isEqualTo(memory);
    }

    private static Path pack(ParentMemory memory, int number) {
        return memory.packFolder().resolve(memory.packs().get(number).fileName());
    }

    @Test
    void equalPagesAreStoredOnce() throws IOException {
        for (int page = 10; page < 30; page++) {
            fill(page, page % 2);
        }
        MemorySave.Saved saved = save(none());
        assertThat(Files.size(pack(saved.memory(), 0))).isEqualTo(2 * MemorySink.PAGE);
        assertThat(load(saved.memory())).isEqualTo(memory);
    }

    @Test
    void pagesOfTheAppliancesMemoryAreNotStoredAgain() throws IOException {
        for (int page = 0; page < 20; page++) {
            fill(page, page);
        }
        ParentMemory warm = image();
        assertThat(save(warm).memory().packs()).isEmpty();
        clear(5);
        fill(6, 99);
        fill(30, 98);
        MemorySave.Saved saved = save(warm);
        assertThat(saved.index().stored()).isEqualTo(2);
        assertThat(load(saved.memory())).isEqualTo(memory);
        // What was zero is as the image has it again.
        fill(5, 5);
        MemorySave.Saved back = save(saved.memory());
        assertThat(load(back.memory())).isEqualTo(memory);
    }

    @Test
    void aPackThatIsHardlyUsedIsGivenUp() throws IOException {
        for (int page = 0; page < 40; page++) {
            fill(page, page);
        }
        ParentMemory state = save(none()).memory();
        for (int page = 0; page < 35; page++) {
            fill(page, 100 + page);
        }
        state = save(state).memory();
        assertThat(state.packs()).hasSize(2);
        state = save(state).memory();
        assertThat(state.packs()).hasSize(2);
        assertThat(load(state)).isEqualTo(memory);
        assertThat(Files.size(pack(state, 0)) + Files.size(pack(state, 1)))
                .isEqualTo(40 * MemorySink.PAGE);
    }

    @Test
    void anySequenceOfChangesIsLoadedAsItWasSaved() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int page = 0; page < 30; page++) {
            fill(page, page);
        }
        ParentMemory state = image();
        for (int round = 0; round < 60; round++) {
            int changes = random.nextInt(12);
            for (int i = 0; i < changes; i++) {
                if (random.nextInt(4) == 0) {
                    clear(random.nextInt(PAGES));
                } else {
                    fill(random.nextInt(PAGES), random.nextInt(40));
                }
            }
            state = save(state).memory();
            assertThat(load(state)).as("seed " + seed + " round " + round).isEqualTo(memory);
        }
    }

    @Test
    void anAbandonedSaveLeavesNoPack() throws IOException {
        fill(1, 1);
        try (MemorySave save = new MemorySave(none())) {
            send(memory, save);
            save.abandon();
        }
        assertThat(temp.resolve("memory")).isEmptyDirectory();
    }
}
