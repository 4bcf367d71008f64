package carryall.recipe;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/// All that decides what a build makes: the recipe's meaning, the content of the files that it
/// names, and our own files. The same inputs have the same digest in every process and wherever the
/// recipe lies.
final class BuildInputs {
    private BuildInputs() {}

    static Digest digest(Recipe recipe, String kernelCommandLine) throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("name", recipe.name().toString());
        all.put("version", recipe.version());
        all.put("title", recipe.title());
        all.put("summary", recipe.summary());
        all.put("opens", recipe.opens());
        all.put("memoryBytes", recipe.memory().bytes());
        all.put("cpus", recipe.cpus());
        all.put("profile", recipe.profile().name());
        all.put("firmware", recipe.firmware().name());
        all.put("network", recipe.network().name());
        all.put("scratch", recipe.scratch().name());
        switch (recipe.personal().orElse(null)) {
            case Recipe.Personal.Fresh(ByteSize size) -> all.put("personalBytes", size.bytes());
            case Recipe.Personal.Image(Path file) ->
                    all.put("personalImage", Digest.of(file).text());
            case null -> {}
        }
        switch (recipe.icon().orElse(null)) {
            case Recipe.Icon.Beside(Path file) -> all.put("icon", Digest.of(file).text());
            case Recipe.Icon.Inside(String path) -> all.put("icon", path);
            case null -> {}
        }
        switch (recipe.source()) {
            case Recipe.Source.Image(Path file) -> all.put("image", Digest.of(file).text());
            case Recipe.Source.Debian debian -> {
                all.put("suite", debian.suite());
                all.put("packages", debian.packages());
                all.put("command", debian.command());
                all.put("files", new TreeMap<>(debian.files()));
                all.put("kernelCommandLine", kernelCommandLine);
                all.put("build", new TreeMap<>(DebianBuild.FIXED));
                Map<String, Object> ours = new LinkedHashMap<>();
                ours.put(GuestFiles.BUILD_SCRIPT, ofResource(GuestFiles.BUILD_SCRIPT));
                for (String name : GuestFiles.OVERLAY) {
                    ours.put(name, ofResource("guest/" + name));
                }
                all.put("ours", ours);
            }
        }
        return Digest.of(JsonText.write(all).getBytes(StandardCharsets.UTF_8));
    }

    private static String ofResource(String name) {
        return Digest.of(GuestFiles.bytes(name)).text();
    }
}
