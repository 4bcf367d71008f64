package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
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
    }
}
