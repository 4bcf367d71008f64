package carryall.recipe;

import static carryall.recipe.RecipeFolder.debian;
import static carryall.recipe.RecipeFolder.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import carryall.appliance.ApplianceName;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RecipeTextTest {
    @TempDir private Path temp;
    private RecipeFolder folder = new RecipeFolder(Path.of(""));

    @BeforeEach
    void makeFolder() throws IOException {
        folder = RecipeFolder.in(temp.resolve("recipe"));
    }

    @Test
    void whatIsLeftOutHasItsDefault() throws IOException {
        Recipe recipe = folder.read(debian());
        assertThat(recipe.name()).isEqualTo(new ApplianceName("local", "librecad"));
        assertThat(recipe.title()).isEqualTo("librecad");
        assertThat(recipe.summary()).isEmpty();
        assertThat(recipe.icon()).isEmpty();
        assertThat(recipe.opens()).isEmpty();
        assertThat(recipe.memory()).isEqualTo(ByteSize.mebibytes(1024));
        assertThat(recipe.cpus()).isEqualTo(1);
        assertThat(recipe.profile()).isEqualTo(Profile.MODERN);
        assertThat(recipe.firmware()).isEqualTo(Firmware.BIOS);
        assertThat(recipe.network()).isEqualTo(Network.NONE);
        assertThat(recipe.personal())
                .contains(new Recipe.Personal.Fresh(ByteSize.mebibytes(8 << 10)));
    }

    @Test
    void anImageHasNoPersonalDiskUnlessItAsksForOne() throws IOException {
        assertThat(folder.read(image()).personal()).isEmpty();
        assertThat(folder.read(image("personal: 64MiB")).personal())
                .contains(new Recipe.Personal.Fresh(ByteSize.mebibytes(64)));
    }

    @Test
    void anImageOfThePersonalDiskStandsForItsSize() throws IOException {
        Path disk = folder.path().resolve("disk.raw");
        assertThat(folder.read(image("personal-image: disk.raw")).personal())
                .contains(new Recipe.Personal.Image(disk));
    }

    @Test
    void aVersionStaysTextAlsoWhereYamlSeesANumber() throws IOException {
        assertThat(folder.read(debian("version: 2.20")).version()).isEqualTo("2.20");
        assertThat(folder.read(debian("version: 1e3")).version()).isEqualTo("1e3");
    }

    @Test
    void aFolderStandsForTheRecipeInIt() throws IOException {
        folder.write(image());
        assertThat(Recipe.read(folder.path()).source())
                .isEqualTo(new Recipe.Source.Image(folder.path().resolve("disk.raw")));
    }

    @Test
    void aMissingRecipeIsMissing() {
        assertThatThrownBy(() -> Recipe.read(temp.resolve("none")))
                .isInstanceOf(RecipeException.RecipeMissing.class);
    }

    @Test
    void theFilesStayInTheirOrder() throws IOException {
        List<String> paths =
                IntStream.range(0, 20).mapToObj(i -> "/etc/conf.d/" + (i * 7 % 20)).toList();
        StringBuilder lines = new StringBuilder("files:\n");
        paths.forEach(path -> lines.append("  ").append(path).append(": x\n"));
        Recipe recipe = folder.read(debian(lines.toString()));
        assertThat(recipe.source())
                .isInstanceOfSatisfying(
                        Recipe.Source.Debian.class,
                        debian ->
                                assertThat(debian.files().keySet())
                                        .containsExactlyElementsOf(paths));
    }

    /// What is written, which line is at fault, its key, and a word of the remedy.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '§',
            value = {
                "memroy: 768MiB                    | memroy         | docs/formats/recipe.md",
                "-name                             | name           | name: app",
                "name: Libre CAD                   | name           | publisher/app",
                "title:                            | title          | remove the key",
                "title: 1984                       | title          | in quotes",
                "title: true                       | title          | in quotes",
                "title: [a]                        | title          | one text",
                "cpus: 0x10                        | cpus           | from 1 to 16",
                "cpus: 17                          | cpus           | from 1 to 16",
                "cpus: \"2\"                       | cpus           | without quotes",
                "memory: 9223372036854775808GiB    | memory         | from 4 MiB to 64 GiB",
                "memory: 9999TiB                   | memory         | from 4 MiB to 64 GiB",
                "personal: 9999999GiB              | personal       | from 8 MiB to 1 TiB",
                "personal-image: disk.raw          | personal-image | with `personal`",
                "profile: pc                       | profile        | `modern` or `classic`",
                "network: host                     | network        | `none` or `internet`",
                "firmware: uefi                    | firmware       | leave",
                "qemu: -device vfio-pci            | qemu           | remove it",
                "qemu-options: [-drive]            | qemu-options   | remove it",
                "icon: ../icon.png                 | icon           | beside the recipe",
                "icon: /usr/../x.png               | icon           | absolute path",
                "files: {/etc/../x: y}             | files./etc/../x | without `..`",
                "files: {etc/x: y}                 | files.etc/x    | absolute path",
                "files: {/home/user/x: y}          | files./home/user/x | /etc/skel",
                "files: {/bin/x: y}                | files./bin/x   | /usr",
                "files: {/etc/x: y, /etc/x/y: z}   | files./etc/x   | keep one",
                "files: {/etc/x: \"\\uD800\"}      | files./etc/x   | eight digits",
                "debian: {suite: x1, packages: [a2]} | debian.suite | bookworm",
                "debian: {suite: sid, packages: x} | debian.packages | [librecad]",
                "debian: {suite: sid, packages: []} | debian        | at least one",
                "debian: {packages: [a2]}          | debian.suite   | bookworm",
                "debian: {suite: sid, packages: [a2], x: y} | debian.x | remove it",
                "image: disk.raw                   | image          | either",
                "-command                          | command        | command line",
                "opens: [image]                    | opens          | MIME",
            })
    void anErrorNamesLineKeyAndRemedy(String change, String key, String remedy) throws IOException {
        String text = "# first line\n" + debian(change.strip());
        RecipeException.RecipeInvalid error = refused(text);
        int line = change.startsWith("-") ? 1 : (int) text.lines().count();
        assertThat(error).message().contains("recipe.yaml line " + line + ": " + key + ": ");
        assertThat(error.remedy()).contains(remedy);
    }

    @ParameterizedTest
    @CsvSource({"/etc/passwd", "../disk.raw", "sub/disk.raw", "link.raw", "missing.raw", "."})
    void anImageIsAPlainFileBesideTheRecipe(String name) throws IOException {
        RecipeException.RecipeInvalid error = refused(image("image: " + name));
        assertThat(error).message().contains("line 3: image: ");
        assertThat(error.remedy()).contains("lies beside the recipe");
    }

    @Test
    void aKeyStandsOnce() throws IOException {
        RecipeException.RecipeInvalid error = refused(image() + "title: a\ntitle: b\n");
        assertThat(error).message().contains("line 5: title: stands here twice");
        assertThat(error.remedy()).isEqualTo("keep one of them");
    }

    @Test
    void brokenYamlNamesTheLine() throws IOException {
        assertThat(refused(image() + "title: a: b\n")).message().contains("line 4: not YAML");
        assertThat(refused("name: x\n\tversion: 1\n")).message().contains("line 2: not YAML");
        assertThat(refused(image() + "title: \"x\n")).message().contains("not YAML");
        assertThat(refused(image() + "title: \u0007\n")).message().contains("not YAML");
        assertThat(refused(image() + "---\nname: x\n")).message().contains("line 4: not YAML");
    }

    @Test
    void aBombOfAliasesIsRefusedBeforeItUnfolds() throws IOException {
        StringBuilder bomb = new StringBuilder("a: &a [x, x, x, x, x, x, x, x, x]\n");
        for (char c = 'b'; c <= 'i'; c++) {
            String before = "*" + (char) (c - 1);
            bomb.append(c).append(": &").append(c).append(" [");
            bomb.append(String.join(", ", List.of(before, before, before, before))).append("]\n");
        }
        assertThat(refused(bomb.toString())).message().contains("line 1: an anchor");
        StringBuilder texts = new StringBuilder(debian() + "files:\n  /etc/0: &x \"");
        texts.append("x".repeat(100_000)).append("\"\n");
        for (int i = 1; i < 10_000; i++) {
            texts.append("  /etc/").append(i).append(": *x\n");
        }
        assertThat(refused(texts.toString())).message().contains("line 6: an anchor");
        assertThat(refused(image("title: &a [*a]"))).message().contains("an anchor");
        assertThat(refused(image("title: *a"))).message().contains("line 4: an anchor");
    }

    @Test
    void deepNestingIsRefused() throws IOException {
        assertThat(refused("a: " + "[".repeat(10_000))).message().contains("nested too deep");
        assertThat(refused("a: " + "{a: ".repeat(10_000))).message().contains("nested too deep");
        assertThat(refused("- ".repeat(10_000) + "a")).message().contains("nested too deep");
        assertThat(refused("? ".repeat(10_000) + "a")).message().contains("nested too deep");
    }

    @Test
    void tagsAndMergeKeysAreRefused() throws IOException {
        String java = "title: !!javax.script.ScriptEngineManager [!!java.net.URL [\"http://x\"]]";
        assertThat(refused(image(java))).message().contains("line 4: a tag");
        assertThat(refused(image("title: !x y"))).message().contains("line 4: a tag");
        assertThat(refused(image("debian: !!set {a}"))).message().contains("line 4: a tag");
        assertThat(refused(image("<<: {title: x}"))).message().contains("line 4: <<: a merge key");
    }

    @Test
    void whatIsNoUtf8IsRefused() throws IOException {
        Path file = folder.write(image("title: Größe").getBytes(StandardCharsets.ISO_8859_1));
        RecipeException.RecipeInvalid error = refused(file);
        assertThat(error).message().contains("not UTF-8");
        assertThat(error.remedy()).contains("UTF-8");
        assertThat(refused(folder.write(image().getBytes(StandardCharsets.UTF_16LE))))
                .message()
                .contains("line 1");
    }

    @Test
    void aByteOrderMarkDoesNoHarm() throws IOException {
        assertThat(folder.read("\uFEFF" + image()).name().app()).isEqualTo("dos");
    }

    @Test
    void aTextOfOver256KibibytesIsNotRead() throws IOException {
        assertThat(refused(image() + "#".repeat(256 << 10))).message().contains("256 KiB");
        Path huge = folder.path().resolve("recipe.yaml");
        try (var file = new java.io.RandomAccessFile(huge.toFile(), "rw")) {
            file.setLength(1L << 40);
        }
        assertThat(refused(huge)).message().contains("256 KiB");
    }

    @Test
    void aTitleHasNoControlsAndTurnsNoText() throws IOException {
        for (String escape :
                List.of("\\e[2J", "\\u202Egpj", "\\u2066x", "\\u200F", "\\x9b31m", "\\0", "\\n")) {
            RecipeException.RecipeInvalid error = refused(image("title: \"a" + escape + "\""));
            assertThat(error).message().contains("line 4: title: ");
            assertThat(error.remedy()).contains("printable");
        }
    }

    @Test
    void aMessageQuotesOnlyTheStartOfALongText() throws IOException {
        for (String change : List.of("name: ", "image: ", "network: ", "cpus: ", "memory: ")) {
            assertIsShort(refused(image(change + "x".repeat(200_000))));
        }
        assertIsShort(refused(image("? " + "k".repeat(100_000) + "\n: v")));
        assertIsShort(refused(image("name: " + "a.".repeat(100_000) + "b/c")));
    }

    private static void assertIsShort(RecipeException.RecipeInvalid error) {
        assertThat(error).message().hasSizeLessThan(400);
    }

    @Test
    void anIconInsideIsNotLookedForHere() throws IOException {
        assertThat(folder.read(debian("icon: /etc/passwd")).icon())
                .isEqualTo(Optional.of(new Recipe.Icon.Inside("/etc/passwd")));
        assertThat(refused(image("icon: /etc/passwd"))).message().contains("icon: ");
    }

    private RecipeException.RecipeInvalid refused(String text) throws IOException {
        return refused(folder.write(text));
    }

    private static RecipeException.RecipeInvalid refused(Path file) {
        RecipeException.RecipeInvalid error =
                catchThrowableOfType(RecipeException.RecipeInvalid.class, () -> Recipe.read(file));
        assertThat(error).isNotNull();
        return error;
    }
}
