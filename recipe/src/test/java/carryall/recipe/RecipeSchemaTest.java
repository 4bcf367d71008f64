package carryall.recipe;

import static carryall.recipe.RecipeFolder.debian;
import static carryall.recipe.RecipeFolder.image;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.json.JsonText;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import tools.jackson.databind.json.JsonMapper;

/// The published schema, which editors follow, and the reader say the same of each recipe.
final class RecipeSchemaTest {
    private static final Path ROOT =
            Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
    private static final Path SCHEMA_FILE = ROOT.resolve("docs/formats/recipe.schema.json");
    private static final Path PAGE = ROOT.resolve("docs/formats/recipe.md");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Compiled once: it takes a second.
    private static final Schema SCHEMA = schema();

    @TempDir private Path temp;
    private RecipeFolder folder = new RecipeFolder(Path.of(""));

    @BeforeEach
    void makeFolder() throws IOException {
        folder = RecipeFolder.in(temp.resolve("recipe"));
    }

    private static Schema schema() {
        try {
            return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(Files.readString(SCHEMA_FILE), InputFormat.JSON);
        } catch (IOException failure) {
            throw new java.io.UncheckedIOException(failure);
        }
    }

    private static @Nullable Object withTextKeys(@Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            return value;
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((key, inner) -> copy.put(String.valueOf(key), withTextKeys(inner)));
        return copy;
    }

    private static @Nullable Object asAnEditorReads(String text) {
        return new Load(LoadSettings.builder().setSchema(new CoreSchema()).build())
                .loadFromString(text);
    }

    private static List<String> schemaSays(String text) {
        return SCHEMA.validate(JSON.valueToTree(withTextKeys(asAnEditorReads(text)))).stream()
                .map(com.networknt.schema.Error::toString)
                .toList();
    }

    static List<String> good() {
        return List.of(
                debian(),
                image(),
                debian("name: a"),
                debian("name: acme/librecad"),
                debian("name: acme.example.org/libre-cad"),
                debian("name: " + "a".repeat(64)),
                debian("name: " + "p".repeat(64) + "/" + "a".repeat(64)),
                debian("name: 0ad"),
                debian("version: 2.20"),
                debian("version: 7"),
                debian("version: 1.0~rc1+b-2_x"),
                debian("version: " + "1a".repeat(32)),
                debian("title: Läuft überall, 漢字 & 😀"),
                debian("title: \"" + "😀".repeat(80) + "\""),
                debian("title: \"true\""),
                debian("summary: " + "x".repeat(200)),
                debian("icon: icon.png"),
                debian("icon: /usr/share/icons/a b/x@2.png"),
                debian("debian: {suite: sid, packages: [g++, libstdc++6, 0ad, a2]}"),
                debian("debian: {suite: bookworm, packages: [" + "aa, ".repeat(500) + "]}"),
                debian("command: app --option 'a b' | tee $HOME/log"),
                debian("command: " + "x".repeat(1000)),
                debian("files: {}"),
                debian("files: {/etc/motd: hello, /etc/motd.d/x: \"\"}"),
                debian("files: {/etc/skel/.config/App.conf: \"a=1\\n\"}"),
                debian("files: {\"/opt/a b/...c\": \"\\x07\\uFFFD\"}"),
                debian("files: {/library/x: a, /binary/y: b, /home/user2: c, /srv/run/z: d}"),
                debian("opens: []"),
                debian("opens: [image/vnd.dxf, application/x-dwg]"),
                debian("memory: 4MiB"),
                debian("memory: 65536MiB"),
                debian("memory: 64GiB"),
                debian("memory: 65499MiB"),
                debian("cpus: 1"),
                debian("cpus: 16"),
                debian("cpus: 08"),
                debian("profile: modern", "firmware: bios", "network: internet"),
                debian("scratch: keep"),
                debian("scratch: drop"),
                debian("profile: classic", "network: none"),
                debian("personal: 8MiB"),
                debian("personal: 1TiB"),
                debian("personal: 1024GiB"),
                debian("personal: 1048576MiB"),
                image("firmware: uefi"),
                image("firmware: bios", "profile: classic"),
                image("personal: 64MiB"),
                image("personal-image: disk.raw"),
                image("icon: icon.png"),
                image("# a comment", "title: 'It''s'"),
                "{name: dos, version: '1', image: disk.raw}",
                "\uFEFF" + image(),
                "---\n" + image() + "...\n");
    }

    static List<String> bad() {
        return List.of(
                "[]",
                "text",
                "",
                "name: x\n",
                debian("-name"),
                debian("-version"),
                debian("-command"),
                debian("-debian"),
                image("-image"),
                debian("image: disk.raw"),
                debian("description: x"),
                debian("Name: x"),
                debian("qemu: -drive file=/etc/shadow"),
                debian("options: [-device, vfio-pci]"),
                debian("devices: /dev/sda"),
                debian("mounts: {/home: /home}"),
                debian("5: x"),
                debian("name:"),
                debian("name: 5"),
                debian("name: true"),
                debian("name: [a]"),
                debian("name: {a: b}"),
                debian("name: Librecad"),
                debian("name: -a"),
                debian("name: a/-b"),
                debian("name: a/b/c"),
                debian("name: a..b/c"),
                debian("name: ../x"),
                debian("name: /x"),
                debian("name: a_b"),
                debian("name: аdobe"), // The first letter is Cyrillic.
                debian("name: " + "a".repeat(65)),
                debian("name: " + "p".repeat(65) + "/a"),
                debian("name: |\n  librecad\n"),
                debian("version:"),
                debian("version: true"),
                debian("version: ~"),
                debian("version: \"\""),
                debian("version: \"2 2\""),
                debian("version: [2]"),
                debian("version: " + "1a".repeat(33)),
                debian("title: \"\""),
                debian("title: \"  \""),
                debian("title: 1984"),
                debian("title: true"),
                debian("title: \"a\\nb\""),
                debian("title: \"a\\tb\""),
                debian("title: \"\\e[31mred\""),
                debian("title: \"\\u202Etxt.exe\""),
                debian("title: \"a\\u200Bb\""),
                debian("title: \"a\\u2028b\""),
                debian("title: \"a\\uE000b\""),
                debian("title: \"a\\x85b\""),
                debian("title: " + "x".repeat(81)),
                debian("summary: " + "x".repeat(201)),
                debian("summary: \"\\a\""),
                debian("icon: ../icon.png"),
                debian("icon: sub/icon.png"),
                debian("icon: .hidden"),
                debian("icon: /usr/../etc/passwd"),
                debian("icon: /usr//x"),
                debian("icon: /"),
                debian("icon: [icon.png]"),
                image("icon: /usr/share/x.png"),
                debian("debian: bookworm"),
                debian("debian: []"),
                debian("debian: {suite: bookworm}"),
                debian("debian: {packages: [a2]}"),
                debian("debian: {suite: bookworm, packages: []}"),
                debian("debian: {suite: bookworm, packages: librecad}"),
                debian("debian: {suite: bookworm, packages: [a]}"),
                debian("debian: {suite: bookworm, packages: [Aa]}"),
                debian("debian: {suite: bookworm, packages: [openbox-]}"),
                debian("debian: {suite: bookworm, packages: [--force]}"),
                debian("debian: {suite: bookworm, packages: [\"a b\"]}"),
                debian("debian: {suite: bookworm, packages: [./local.deb]}"),
                debian("debian: {suite: bookworm, packages: [2048]}"),
                debian("debian: {suite: bookworm, packages: [[aa]]}"),
                debian("debian: {suite: bookworm, packages: [" + "aa, ".repeat(501) + "]}"),
                debian("debian: {suite: ../x, packages: [aa]}"),
                debian("debian: {suite: book worm, packages: [aa]}"),
                debian("debian: {suite: bookworm, packages: [aa], mirror: 'http://x'}"),
                debian("debian: {suite: bookworm, packages: [aa], hooks: [rm]}"),
                debian("command:"),
                debian("command: \"a\\nb\""),
                debian("command: \"a\\u202Eb\""),
                debian("command: [app]"),
                debian("command: " + "x".repeat(1001)),
                image("command: app"),
                image("personal: 64MiB", "personal-image: disk.raw"),
                debian("personal-image: disk.raw"),
                image("files: {/etc/motd: x}"),
                debian("files:"),
                debian("files: [x]"),
                debian("files: {etc/motd: x}"),
                debian("files: {/etc/../x: x}"),
                debian("files: {/../x: x}"),
                debian("files: {/etc/.: x}"),
                debian("files: {/: x}"),
                debian("files: {/etc/: x}"),
                debian("files: {\"/etc/a\\nb\": x}"),
                debian("files: {/etc/ä: x}"),
                debian("files: {/etc/motd: 5}"),
                debian("files: {/etc/motd: }"),
                debian("files: {/etc/motd: {from: /etc/shadow}}"),
                debian("files: {/bin/x: x}"),
                debian("files: {/lib64: x}"),
                debian("files: {/dev/sda: x}"),
                debian("files: {/proc/1/mem: x}"),
                debian("files: {/home/user/x: x}"),
                debian("files: {/usr/lib/carryall/app: x}"),
                debian("files: {/tmp/x: x}"),
                debian("files: {/" + "a".repeat(129) + ": x}"),
                debian("files: {\"" + "/a".repeat(21) + "\": x}"),
                image("image: /etc/passwd"),
                image("image: ../disk.raw"),
                image("image: sub/disk.raw"),
                image("image: ."),
                image("image: .disk"),
                image("image: 'json:{\"driver\":\"nbd\"}'"),
                image("image: nbd://host/x"),
                image("image: disk.raw,readonly=off"),
                image("image: [disk.raw]"),
                image("image:"),
                debian("opens: image/png"),
                debian("opens: [image]"),
                debian("opens: [image/*]"),
                debian("opens: ['image/png;x=1']"),
                debian("opens: [" + "a/b, ".repeat(101) + "]"),
                debian("memory: 3MiB"),
                debian("memory: 65537MiB"),
                debian("memory: 65GiB"),
                debian("memory: 1TiB"),
                debian("memory: 768MB"),
                debian("memory: 768"),
                debian("memory: \"768\""),
                debian("memory: 0768MiB"),
                debian("memory: 1.5GiB"),
                debian("memory: -1GiB"),
                debian("memory: 4096KiB"),
                debian("memory: 99999999999999GiB"),
                debian("memory: 99999999999999999999999GiB"),
                debian("memory: 9999TiB"),
                debian("memory: \" 768MiB\""),
                debian("memory: [768MiB]"),
                debian("cpus: 0"),
                debian("cpus: 17"),
                debian("cpus: -1"),
                debian("cpus: 1.5"),
                debian("cpus: \"2\""),
                debian("cpus: two"),
                debian("cpus: 99999999999999999999999999"),
                debian("cpus:"),
                debian("cpus: [2]"),
                debian("profile: q35"),
                debian("profile: Modern"),
                debian("profile: pc,accel=kvm"),
                debian("profile: true"),
                debian("profile:"),
                debian("network: bridge"),
                debian("network: host"),
                debian("network: [internet]"),
                debian("firmware: uefi"),
                image("firmware: coreboot"),
                image("firmware: uefi", "profile: classic"),
                debian("personal: 7MiB"),
                debian("personal: 2TiB"),
                debian("personal: 1048577MiB"),
                debian("personal: 1025GiB"),
                debian("personal: 0GiB"),
                debian("personal: none"));
    }

    /// What depends on the spelling or on other files: docs/formats/recipe.md lists it.
    static List<String> beyondASchema() {
        return List.of(
                image("image: missing.raw"),
                image("personal-image: missing.raw"),
                image("image: link.raw"),
                image("icon: missing.png"),
                debian("cpus: 0x10"),
                debian("cpus: 2.0"),
                debian("version: " + "1".repeat(65)),
                debian("<<: {title: x}"),
                debian("title: !!str x"),
                debian("title: !<tag:yaml.org,2002:str> x"),
                debian("title: &a x"),
                debian("title: &a x", "summary: *a"),
                debian("files: {/etc/a: x, /etc/a/b: y}"),
                debian("# " + "x".repeat(256 << 10)));
    }

    @ParameterizedTest
    @MethodSource("good")
    void aGoodRecipeIsGoodToBoth(String text) throws IOException {
        folder.read(text);
        assertThat(schemaSays(text)).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bad")
    void aBadRecipeIsRefusedByBoth(String text) throws IOException {
        Path file = folder.write(text);
        assertThatThrownBy(() -> Recipe.read(file))
                .as(text)
                .isInstanceOf(RecipeException.RecipeInvalid.class);
        assertThat(schemaSays(text)).as(text).isNotEmpty();
    }

    @ParameterizedTest
    @MethodSource("beyondASchema")
    void whatASchemaCannotSeeIsRefusedByTheReader(String text) throws IOException {
        Path file = folder.write(text);
        assertThatThrownBy(() -> Recipe.read(file))
                .as(text)
                .isInstanceOf(RecipeException.RecipeInvalid.class);
        assertThat(schemaSays(text)).isEmpty();
    }

    @Test
    void theExampleIsGoodToBoth() throws IOException {
        Path example = ROOT.resolve("examples/librecad/recipe.yaml");
        assertThat(Recipe.read(example).name().app()).isEqualTo("librecad");
        assertThat(schemaSays(Files.readString(example))).isEmpty();
    }

    @Test
    void thePagesRecipesAreGoodToBoth() throws IOException {
        Matcher blocks =
                Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE));
        int recipes = 0;
        while (blocks.find()) {
            folder.read(blocks.group(1));
            assertThat(schemaSays(blocks.group(1))).isEmpty();
            recipes++;
        }
        assertThat(recipes).isEqualTo(2);
    }

    @Test
    void thePageHasARowForEveryKey() throws IOException {
        String page = Files.readString(PAGE);
        for (String key : schemaKeys()) {
            assertThat(page).contains("\n| `" + key + "` |");
        }
    }

    @Test
    void theReaderKnowsEveryKeyOfTheSchema() throws IOException {
        for (String key : schemaKeys()) {
            if (!key.contains(".")) {
                Path file = folder.write(debian(key + ": {is: {no: value}}"));
                assertThatThrownBy(() -> Recipe.read(file)).message().doesNotContain("no such key");
            }
        }
    }

    @Test
    void theGoodRecipesUseEveryKeyOfTheSchemaAndNoOther() throws IOException {
        Set<String> used = new TreeSet<>();
        for (String text : good()) {
            for (var entry : map(asAnEditorReads(text)).entrySet()) {
                used.add(entry.getKey().toString());
                if (entry.getKey().equals("debian")) {
                    map(entry.getValue()).keySet().forEach(k -> used.add("debian." + k));
                }
            }
        }
        assertThat(used).containsExactlyInAnyOrderElementsOf(schemaKeys());
    }

    private static Map<?, ?> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    /// Every key of the schema with a title and a description, as the corpus must use it.
    private static List<String> schemaKeys() throws IOException {
        List<String> keys = new ArrayList<>();
        keysOf("", JsonText.parse(Files.readString(SCHEMA_FILE)), keys);
        return keys;
    }

    private static void keysOf(String prefix, JsonText schema, List<String> keys) {
        JsonText properties = schema.object("properties");
        for (String key : properties.keys()) {
            JsonText one = properties.object(key);
            assertThat(one.text("title")).isNotBlank();
            assertThat(one.text("description")).isNotBlank();
            keys.add(prefix + key);
            if (one.keys().contains("properties")) {
                keysOf(prefix + key + ".", one, keys);
            }
        }
    }
}
