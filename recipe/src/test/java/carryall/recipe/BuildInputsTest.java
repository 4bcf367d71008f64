package carryall.recipe;

import static carryall.recipe.RecipeFolder.debian;
import static carryall.recipe.RecipeFolder.image;
import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class BuildInputsTest {
    @TempDir private Path temp;

    private Digest digest(String folder, String text) throws IOException {
        Recipe recipe = RecipeFolder.in(temp.resolve(folder)).read(text);
        return BuildInputs.digest(recipe, "quiet");
    }

    @Test
    void theOrderOfFilesAndTheRecipesPlaceDoNotMatter() throws IOException {
        String some = "files: {/etc/a: 'x', /etc/b: 'y', /etc/c: 'z'}";
        String same = "files: {/etc/c: 'z', /etc/b: 'y', /etc/a: 'x'}";
        assertThat(digest("one", debian(some, "icon: icon.png")))
                .isEqualTo(digest("other", debian(same, "icon: icon.png")));
        assertThat(digest("one", image("icon: icon.png")))
                .isEqualTo(digest("other", image("# A comment.", "icon: icon.png")));
    }

    /// The digest of a known recipe in a known form: another process must find it again. `ours` and
    /// `build` change with our own files, and so this one is of an image.
    @Test
    void everyProcessFindsTheSame() throws IOException {
        assertThat(digest("one", image("opens: [a/b]", "icon: icon.png", "personal: 8MiB")).text())
                .isEqualTo(
                        "sha256:e52ac644dab823f02ea5c7a13c1d7f179283149093b7933ee9e7da2b7850d1d5");
    }

    @Test
    void eachValueMatters() throws IOException {
        Digest plain = digest("one", debian());
        for (String change :
                new String[] {
                    "name: other",
                    "version: 2",
                    "title: x",
                    "summary: x",
                    "icon: icon.png",
                    "icon: /usr/x.png",
                    "command: x",
                    "debian: {suite: trixie, packages: [librecad]}",
                    "debian: {suite: bookworm, packages: [librecad, xterm]}",
                    "files: {/etc/motd: x}",
                    "opens: [a/b]",
                    "scratch: keep",
                    "memory: 1GiB",
                    "memory: 2GiB",
                    "cpus: 2",
                    "profile: classic",
                    "network: internet",
                    "personal: 1GiB",
                }) {
            boolean isDefault = change.equals("memory: 1GiB");
            assertThat(digest("one", debian(change)).equals(plain)).as(change).isEqualTo(isDefault);
        }
    }

    @Test
    void noTextPassesForAnother() throws IOException {
        assertThat(digest("one", image("title: 'A, summary=B'", "summary: C")))
                .isNotEqualTo(digest("one", image("title: A", "summary: 'B, summary=C'")));
    }

    @Test
    void theContentOfNamedFilesMatters() throws IOException {
        Digest before = digest("one", image());
        Digest withIcon = digest("one", image("icon: icon.png"));
        Path folder = temp.resolve("one");
        Files.write(folder.resolve("disk.raw"), new byte[] {1});
        Recipe changed = Recipe.read(folder);
        assertThat(BuildInputs.digest(changed, "quiet")).isNotIn(before, withIcon);
    }
}
