package carryall.folder;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.folder.HandleRecord.Gone;
import carryall.folder.HandleRecord.Lies;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HandleTableTest {
    private static final Handle ROOT = Handle.root("drawings");

    @TempDir Path temporary;

    private static Lies lies(int number, String name) {
        Handle handle = Handle.first("drawings", "file-" + number);
        return new Lies(handle, FileType.REGULAR, ROOT, new Name(name));
    }

    @Test
    void itSaysWhatWasSaidLast() throws Exception {
        Path path = temporary.resolve("handles");
        Map<Integer, String> expected = new HashMap<>();
        Random random = new Random(1);
        HandleTable table = HandleTable.open(path);
        for (int i = 0; i < 40_000; i++) {
            int number = random.nextInt(1000);
            if (random.nextInt(4) == 0) {
                table.add(new Gone(lies(number, "x").handle()));
                expected.remove(number);
            } else {
                String name = number + "-" + random.nextInt(3);
                table.add(lies(number, name));
                expected.put(number, name);
            }
            table.tidy();
            if (i % 10_000 == 0) {
                table.close();
                table = HandleTable.open(path);
            }
        }
        for (int number = 0; number < 1000; number++) {
            Handle handle = lies(number, "x").handle();
            assertThat(table.find(handle).map(found -> found.name().text()).orElse("gone"))
                    .isEqualTo(expected.getOrDefault(number, "gone"));
            if (expected.containsKey(number)) {
                assertThat(table.find(ROOT, new Name(expected.get(number))).orElseThrow().handle())
                        .isEqualTo(handle);
            }
        }
        table.close();
        assertThat(Files.size(path)).isLessThan(3 << 20);
    }

    @Test
    void aFullTableForgetsTheEldest() throws Exception {
        try (HandleTable table = HandleTable.open(temporary.resolve("handles"), 100)) {
            for (int i = 0; i < 1000; i++) {
                table.add(lies(i, "file-" + i));
                table.tidy();
            }
            assertThat(table.find(lies(999, "x").handle())).isPresent();
            assertThat(table.find(lies(0, "x").handle())).isEmpty();
            assertThat(table.unused(lies(0, "x").handle())).isEqualTo(lies(0, "x").handle());
            assertThat(Files.size(temporary.resolve("handles"))).isLessThan(20_000);
        }
    }

    @Test
    void aPathThatWasInUseGetsAnotherHandle() throws Exception {
        Handle first = lies(1, "x").handle();
        try (HandleTable table = HandleTable.open(temporary.resolve("handles"))) {
            assertThat(table.unused(first)).isEqualTo(first);
            table.add(lies(1, "x"));
            assertThat(table.unused(first)).isEqualTo(first.generation(1));
            table.add(new Gone(first));
            assertThat(table.unused(first)).isEqualTo(first.generation(1));
            assertThat(table.hasEnded(first)).isTrue();
        }
        try (HandleTable table = HandleTable.open(temporary.resolve("handles"))) {
            assertThat(table.unused(first)).isEqualTo(first.generation(1));
        }
    }
}
