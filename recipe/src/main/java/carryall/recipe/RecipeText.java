package carryall.recipe;

import carryall.appliance.ApplianceName;
import carryall.appliance.Scratch;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the text form of a [Recipe]: `docs/formats/recipe.md`.
final class RecipeText {
    private static final int LARGEST = 256 << 10;
    private static final ByteSize LARGEST_MEMORY = ByteSize.mebibytes(64 << 10);
    private static final ByteSize LARGEST_DISK = ByteSize.mebibytes(1 << 20);
    private static final ByteSize USUAL_PERSONAL = ByteSize.mebibytes(8 << 10);

    /// Since Debian 12, these lead into /usr.
    private static final String LINKED = "/(s?bin|lib(32|64|x32)?)(/.*)?";

    /// What is not part of the disk, or emptied, or ours.
    private static final String NOT_THEIRS = "/(dev|proc|sys|run|tmp|usr/lib/carryall)(/.*)?";

    private final Path folder;
    private final YamlMapping yaml;

    private RecipeText(Path folder, YamlMapping yaml) {
        this.folder = folder;
        this.yaml = yaml;
    }

    static Recipe read(Path place) throws IOException {
        Path file = Files.isDirectory(place) ? place.resolve("recipe.yaml") : place;
        if (!Files.isRegularFile(file)) {
            throw new RecipeException.RecipeMissing(file);
        }
        if (Files.size(file) > LARGEST) {
            throw new RecipeException.RecipeInvalid(
                    file, 1, "", "over 256 KiB long", "a recipe is a page of text");
        }
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            Path folder = file.resolveSibling("").toAbsolutePath().normalize();
            return new RecipeText(folder, YamlMapping.parse(file, text)).recipe();
        } catch (CharacterCodingException rubbish) {
            throw new RecipeException.RecipeInvalid(
                    file, 1, "", "not UTF-8", "save the file as UTF-8 text");
        }
    }

    private Recipe recipe() throws IOException {
        ApplianceName name = name();
        String version =
                yaml.matchingAsWritten(
                        "version",
                        "[A-Za-z0-9._+~-]{1,64}",
                        "write a version such as \"2.2.0\": 1 to 64 of A-Z a-z 0-9 . _ + ~ -");
        String title = printable("title", 80).orElse(name.app());
        String summary = printable("summary", 200).orElse("");
        Recipe.Source source = source();
        boolean debian = source instanceof Recipe.Source.Debian;
        Profile profile = yaml.choice("profile", Profile.class).orElse(Profile.MODERN);
        Firmware firmware = yaml.choice("firmware", Firmware.class).orElse(Firmware.BIOS);
        if (firmware == Firmware.UEFI && (profile == Profile.CLASSIC || debian)) {
            throw yaml.invalid(
                    "firmware",
                    debian
                            ? "a Debian appliance boots its kernel directly"
                            : "profile classic has no UEFI",
                    "leave `firmware` out, or use it with `image:` and profile modern");
        }
        Recipe recipe =
                new Recipe(
                        folder,
                        name,
                        version,
                        title,
                        summary,
                        icon(debian),
                        source,
                        opens(),
                        size("memory", ByteSize.mebibytes(4), LARGEST_MEMORY)
                                .orElse(ByteSize.mebibytes(1024)),
                        Math.toIntExact(yaml.wholeNumber("cpus", 1, 16).orElse(1L)),
                        profile,
                        firmware,
                        yaml.choice("network", Network.class).orElse(Network.NONE),
                        // Of another's disk nobody knows what of it is the user's.
                        yaml.choice("scratch", Scratch.class)
                                .orElse(debian ? Scratch.DROP : Scratch.KEEP),
                        personal(debian));
        yaml.end();
        return recipe;
    }

    private ApplianceName name() throws RecipeException {
        String remedy = "write `name: app` or `name: publisher/app`, of a-z, 0-9 and -";
        String text = yaml.text("name", remedy);
        try {
            return ApplianceName.parse(text);
        } catch (IllegalArgumentException wrong) {
            throw yaml.invalid("name", "'" + YamlMapping.shown(text) + "' is no name", remedy);
        }
    }

    private Optional<String> printable(String key, int longest) throws RecipeException {
        Optional<String> text = yaml.optionalText(key);
        if (text.isPresent() && !isPrintable(text.get(), longest)) {
            throw yaml.invalid(
                    key,
                    "empty, too long, or with unprintable characters",
                    "write 1 to " + longest + " printable characters");
        }
        return text;
    }

    private static boolean isPrintable(String text, int longest) {
        return text.codePointCount(0, text.length()) <= longest
                && text.codePoints()
                        .anyMatch(c -> Character.getType(c) != Character.SPACE_SEPARATOR)
                && text.codePoints().noneMatch(RecipeText::isUnprintable);
    }

    /// Controls, and what turns the direction of text around.
    private static boolean isUnprintable(int character) {
        int type = Character.getType(character);
        return Character.isISOControl(character)
                || type == Character.FORMAT
                || type == Character.SURROGATE
                || type == Character.PRIVATE_USE
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR;
    }

    private Recipe.Source source() throws RecipeException {
        if (yaml.has("debian") == yaml.has("image")) {
            throw yaml.invalid(
                    yaml.has("image") ? "image" : "debian",
                    yaml.has("image") ? "stands beside `debian`" : "missing, and `image` too",
                    "write either `debian:` with suite and packages, or `image: disk.raw`");
        }
        if (yaml.has("image")) {
            for (String key : List.of("command", "files")) {
                if (yaml.has(key)) {
                    throw yaml.invalid(
                            key, "an image starts what it holds", "leave `" + key + "` out");
                }
            }
            return new Recipe.Source.Image(beside("image"));
        }
        YamlMapping debian = yaml.mapping("debian");
        String suite =
                debian.matching(
                        "suite", "[a-z][a-z-]{1,31}", "name a Debian suite, such as `bookworm`");
        List<String> packages =
                debian.texts(
                        "packages",
                        500,
                        "[a-z0-9][a-z0-9+.-]{0,126}[a-z0-9+]",
                        "list names of Debian packages, such as `[librecad]`");
        debian.end();
        if (packages.isEmpty()) {
            throw yaml.invalid("debian", "no packages", "list at least one under `packages`");
        }
        String remedy = "write the command line, in one line, that starts the app in the guest";
        String command = yaml.text("command", remedy);
        if (!isPrintable(command, 1000)) {
            throw yaml.invalid(
                    "command", "empty, over 1000 long, or with unprintable characters", remedy);
        }
        return new Recipe.Source.Debian(suite, packages, command, files());
    }

    private Map<String, String> files() throws RecipeException {
        Map<String, String> files = new LinkedHashMap<>();
        if (yaml.has("files")) {
            YamlMapping texts = yaml.mapping("files");
            for (String path : texts.keys()) {
                files.put(path, guestFile(texts, path));
            }
        }
        return files;
    }

    private static String guestFile(YamlMapping texts, String path) throws RecipeException {
        if (!isGuestPath(path)) {
            throw texts.invalid(
                    path,
                    "not a file inside the guest",
                    "write an absolute path without `..`, such as /etc/motd");
        }
        if (path.matches(LINKED)) {
            throw texts.invalid(path, "a link in every Debian", "write it below /usr");
        }
        if (path.matches("/home/user(/.*)?")) {
            throw texts.invalid(
                    path,
                    "the personal disk lies over it",
                    "write it below /etc/skel, which every new personal disk starts with");
        }
        if (path.matches(NOT_THEIRS)) {
            throw texts.invalid(path, "not kept there, or Carryall's own", "choose another folder");
        }
        for (String other : texts.keys()) {
            if (other.startsWith(path + "/")) {
                throw texts.invalid(path, "also the folder of another file", "keep one of them");
            }
        }
        String text = texts.text(path, "write the text of the file");
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw texts.invalid(path, "half a character", "write \\U and eight digits for it");
        }
        return text;
    }

    private static boolean isGuestPath(String path) {
        return path.matches("(/[A-Za-z0-9_.+@ -]{1,128}){1,20}")
                && !path.matches(".*/\\.{1,2}(/.*)?");
    }

    private Optional<Recipe.Icon> icon(boolean debian) throws RecipeException {
        Optional<String> text = yaml.peek("icon");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        if (debian && text.get().startsWith("/")) {
            if (!isGuestPath(text.get())) {
                throw yaml.invalid(
                        "icon", "not a file inside the guest", "name a PNG by absolute path");
            }
            return yaml.optionalText("icon").map(Recipe.Icon.Inside::new);
        }
        return Optional.of(new Recipe.Icon.Beside(beside("icon")));
    }

    /// A plain file in the recipe's own folder.
    private Path beside(String key) throws RecipeException {
        String remedy = "name a file that lies beside the recipe, without any folder";
        String name = yaml.matching(key, "[A-Za-z0-9_+-][A-Za-z0-9_.+-]{0,127}", remedy);
        Path file = folder.resolve(name);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw yaml.invalid(key, "there is no plain file " + name + " beside it", remedy);
        }
        return file;
    }

    private List<String> opens() throws RecipeException {
        return yaml.has("opens")
                ? yaml.texts(
                        "opens",
                        100,
                        "[a-z0-9][a-z0-9.+-]{0,63}/[a-z0-9][a-z0-9.+-]{0,127}",
                        "list MIME types, such as `[image/vnd.dxf]`")
                : List.of();
    }

    private Optional<ByteSize> size(String key, ByteSize least, ByteSize most)
            throws RecipeException {
        Optional<String> text = yaml.optionalText(key);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String remedy = "write a size from " + least + " to " + most + ", such as 768MiB";
        String found = "'" + YamlMapping.shown(text.get()) + "' is no size or out of range";
        if (!text.get().matches("[1-9][0-9]{0,6}[MG]iB|[1-9][0-9]{0,3}TiB")) {
            throw yaml.invalid(key, found, remedy);
        }
        ByteSize size = ByteSize.parse(text.get());
        if (size.compareTo(least) < 0 || size.compareTo(most) > 0) {
            throw yaml.invalid(key, found, remedy);
        }
        return Optional.of(size);
    }

    private Optional<Recipe.Personal> personal(boolean debian) throws RecipeException {
        if (yaml.has("personal-image")) {
            if (debian || yaml.has("personal")) {
                throw yaml.invalid(
                        "personal-image",
                        debian ? "a Debian appliance makes its own" : "stands beside `personal`",
                        debian
                                ? "leave it out, and say the size with `personal`"
                                : "keep one: `personal: SIZE` for a fresh disk, or the image");
            }
            return Optional.of(new Recipe.Personal.Image(beside("personal-image")));
        }
        Optional<ByteSize> size = size("personal", ByteSize.mebibytes(8), LARGEST_DISK);
        return (size.isEmpty() && debian ? Optional.of(USUAL_PERSONAL) : size)
                .map(Recipe.Personal.Fresh::new);
    }
}
