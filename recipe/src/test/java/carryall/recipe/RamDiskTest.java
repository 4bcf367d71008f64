package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RamDiskTest {
    @TempDir private Path temp;

    /// What an archive has, and where.
    ///
    /// @param fields the thirteen of its header, the length of the name left out
    private record Entry(List<String> fields, String name, Digest content, int contentAt) {}

    private static byte[] content(int bytes) {
        byte[] content = new byte[bytes];
        new SplittableRandom(bytes).nextBytes(content);
        return content;
    }

    private static void add(ByteArrayOutputStream to, String name, byte[] content) {
        StringBuilder header = new StringBuilder("070701");
        int[] fields = {
            to.size(),
            0100755,
            0,
            0,
            1,
            1_735_689_600,
            content.length,
            0,
            0,
            0,
            0,
            name.length() + 1,
            0
        };
        for (int field : fields) {
            header.append("%08X".formatted(field));
        }
        to.writeBytes((header + name + "\0").getBytes(StandardCharsets.US_ASCII));
        fill(to, 4);
        to.writeBytes(content);
        fill(to, 4);
    }

    private static void fill(ByteArrayOutputStream to, int multiple) {
        while (to.size() % multiple != 0) {
            to.write(0);
        }
    }

    private static byte[] archive() {
        ByteArrayOutputStream made = new ByteArrayOutputStream();
        add(made, ".", new byte[0]);
        add(made, "etc/small", content(100));
        add(made, "lib/one.ko", content(10_000));
        add(made, "lib/" + "long".repeat(900), content(8_191));
        add(made, "lib/two.ko", content(4_096));
        add(made, "lib/three.ko", content(1_000_001));
        add(made, "TRAILER!!!", new byte[0]);
        fill(made, 512);
        return made.toByteArray();
    }

    /// As Linux reads it, `init/initramfs.c`.
    private static List<Entry> read(byte[] archive) {
        List<Entry> entries = new ArrayList<>();
        int at = 0;
        while (true) {
            assertThat(new String(archive, at, 6, StandardCharsets.US_ASCII)).isEqualTo("070701");
            List<String> fields = new ArrayList<>();
            for (int i = 0; i < 13; i++) {
                fields.add(new String(archive, at + 6 + i * 8, 8, StandardCharsets.US_ASCII));
            }
            int size = Integer.parseInt(fields.get(6), 16);
            int nameSize = Integer.parseInt(fields.remove(11), 16);
            assertThat(nameSize).isBetween(1, 4096);
            String name = new String(archive, at + 110, nameSize, StandardCharsets.US_ASCII);
            int contentAt = (at + 110 + nameSize + 3) & -4;
            byte[] content = Arrays.copyOfRange(archive, contentAt, contentAt + size);
            name = name.substring(0, name.indexOf('\0'));
            if (name.equals("TRAILER!!!")) {
                return entries;
            }
            entries.add(new Entry(fields, name, Digest.of(content), contentAt));
            at = (contentAt + size + 3) & -4;
        }
    }

    private byte[] aligned(byte[] archive) throws IOException {
        Path file = Files.write(temp.resolve("initrd"), archive);
        RamDisk.align(file);
        try (var all = Files.list(temp)) {
            assertThat(all).containsExactly(file);
        }
        return Files.readAllBytes(file);
    }

    @Test
    void whatIsLargeBeginsABlockAndNothingElseIsAnother() throws IOException {
        byte[] before = archive();
        byte[] after = aligned(before);
        assertThat(read(after))
                .usingRecursiveComparison()
                .ignoringFields("contentAt")
                .isEqualTo(read(before));
        for (Entry entry : read(after)) {
            if (entry.name().endsWith(".ko")) {
                assertThat(entry.contentAt() % 4096).as(entry.name()).isZero();
            }
        }
        assertThat(after.length).isLessThan(before.length + 5 * 4096);
        assertThat(aligned(before)).isEqualTo(after);
    }

    @ParameterizedTest
    @ValueSource(strings = {"compressed", "cut", "more", "name", "nothing"})
    void whatIsNoSuchArchiveStaysAsItIs(String how) throws IOException {
        byte[] archive = archive();
        byte[] other =
                switch (how) {
                    case "compressed" -> content(5_000);
                    case "cut" -> Arrays.copyOf(archive, archive.length / 2);
                    case "more" -> Arrays.copyOf(archive, archive.length + 4);
                    case "name" -> archive.clone();
                    default -> new byte[0];
                };
        if (how.equals("more")) {
            other[archive.length] = '0';
        } else if (how.equals("name")) {
            Arrays.fill(other, 94, 102, (byte) 'F');
        }
        assertThat(aligned(other)).isEqualTo(other);
    }
}
