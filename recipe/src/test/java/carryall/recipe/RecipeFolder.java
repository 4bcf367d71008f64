package carryall.recipe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A folder with a recipe, and beside it `disk.raw`, `icon.png` and the link `link.raw`.
record RecipeFolder(Path path) {
    /// A whole recipe of Debian, and one of an image.
    static final List<String> DEBIAN =
            List.of(
                    "name: librecad",
                    "version: \"2.2.0\"",
                    "debian: {suite: bookworm, packages: [librecad]}",
                    "command: librecad");

    static final List<String> IMAGE = List.of("name: dos", "version: \"6.22\"", "image: disk.raw");

    static RecipeFolder in(Path place) throws IOException {
        Files.createDirectories(place);
        Files.write(place.resolve("disk.raw"), new byte[1 << 16]);
        Files.write(
                place.resolve("icon.png"),
                new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        if (!Files.exists(place.resolve("link.raw"))) {
            Files.createSymbolicLink(place.resolve("link.raw"), Path.of("disk.raw"));
        }
        return new RecipeFolder(place);
    }

    /// A text in which each change replaces the line of its key, or is added; `-key` removes it.
    static String with(List<String> lines, String... changes) {
        List<String> text = new ArrayList<>(lines);
        for (String change : changes) {
            String key =
                    change.startsWith("-") ? change.substring(1) : change.split(":", 2)[0].strip();
            text.removeIf(line -> line.startsWith(key + ":"));
            if (!change.startsWith("-")) {
                text.add(change);
            }
        }
        return String.join("\n", text) + "\n";
    }

    static String debian(String... changes) {
        return with(DEBIAN, changes);
    }

    static String image(String... changes) {
        return with(IMAGE, changes);
    }

    Path write(String text) throws IOException {
        return write(text.getBytes(StandardCharsets.UTF_8));
    }

    Path write(byte[] text) throws IOException {
        return Files.write(path.resolve("recipe.yaml"), text);
    }

    Recipe read(String text) throws IOException {
        return Recipe.read(write(text));
    }
}
