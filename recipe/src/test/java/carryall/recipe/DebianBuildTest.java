package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// With real packages, fewer than an app's, and all that every appliance has.
final class DebianBuildTest {
    private static final BuildListener QUIET =
            new BuildListener() {
                @Override
                public void step(int number, int of, String what) {}

                @Override
                public void progress(Unit unit, long done, OptionalLong total) {}
            };

    @Test
    void twoBuildsOfOneRecipeHaveTheSameDisksAndKernel(@TempDir Path folder) throws Exception {
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                name: terminal
                version: "1"
                title: A terminal
                debian:
                  suite: bookworm
                  packages: [xterm]
                command: xterm
                personal: 64MiB
                """);
        Recipe recipe = Recipe.read(folder);
        Path one = Files.createDirectory(folder.resolve("one"));
        Path other = Files.createDirectory(folder.resolve("other"));
        for (Path out : new Path[] {one, other}) {
            if (!(recipe.source() instanceof Recipe.Source.Debian debian)) {
                throw new AssertionError("a recipe of Debian packages");
            }
            new DebianBuild(recipe, debian, out).run(QUIET);
        }
        for (String part : new String[] {"system.raw", "personal.raw", "kernel", "initrd"}) {
            assertThat(Files.mismatch(one.resolve(part), other.resolve(part)))
                    .as(part)
                    .isEqualTo(-1);
        }
        assertThat(shareOnDisk(one.resolve("initrd"), one.resolve("system.raw"))).isGreaterThan(90);
    }

    /// How many percent of a file's blocks stand on a disk too.
    private static long shareOnDisk(Path file, Path disk) throws IOException {
        Set<Digest> onDisk = new HashSet<>();
        blocks(disk, block -> onDisk.add(Digest.of(block)));
        long[] counts = new long[2];
        blocks(file, block -> counts[onDisk.contains(Digest.of(block)) ? 1 : 0]++);
        return counts[1] * 100 / (counts[0] + counts[1]);
    }

    private static void blocks(Path file, Consumer<byte[]> each) throws IOException {
        byte[] zeros = new byte[4096];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            for (byte[] block = in.readNBytes(4096);
                    block.length > 0;
                    block = in.readNBytes(4096)) {
                if (!Arrays.equals(block, zeros)) {
                    each.accept(block);
                }
            }
        }
    }
}
