package carryall.appliance;

import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.hypervisor.QemuProgram;
import carryall.json.JsonText;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The text form of an [Appliance]: `docs/formats/appliance.md`. One appliance has one text, so
/// that its digest names it.
final class ApplianceText {
    private static final long FORMAT = 1;

    private ApplianceText() {}

    static String write(Appliance appliance) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("name", appliance.name().toString());
        text.put("version", appliance.version());
        text.put("title", appliance.title());
        text.put("summary", appliance.summary());
        text.put("profile", word(appliance.profile()));
        text.put("firmware", word(appliance.firmware()));
        text.put("memoryBytes", appliance.memory().bytes());
        text.put("cpus", appliance.cpus());
        text.put("network", word(appliance.network()));
        if (appliance.scratch() != Scratch.KEEP) {
            text.put("scratch", word(appliance.scratch()));
        }
        if (appliance.sharing() != Sharing.NONE) {
            text.put("folders", word(appliance.sharing()));
        }
        text.put("fileTypes", appliance.fileTypes());
        appliance.kernelCommandLine().ifPresent(line -> text.put("kernelCommandLine", line));
        text.put("recipe", appliance.recipe().text());
        appliance
                .warm()
                .ifPresent(warm -> {
                    Map<String, Object> object = new LinkedHashMap<>();
                    object.put("qemu", warm.qemu().toString());
                    object.put("accelerator", word(warm.accelerator()));
                    text.put("warm", object);
                });
        Map<String, Object> parts = new TreeMap<>();
        appliance.parts().forEach((part, content) -> parts.put(word(part), content(content)));
        text.put("parts", parts);
        return JsonText.write(text) + "\n";
    }

    private static Map<String, Object> content(Appliance.Content content) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("sizeBytes", content.size().bytes());
        text.put("digest", content.digest().text());
        return text;
    }

    /// Reads what [#write] wrote, to the byte.
    ///
    /// @throws IllegalArgumentException naming the key that is wrong
    static Appliance parse(String text) {
        Appliance appliance = read(text);
        if (!write(appliance).equals(text)) {
            throw new IllegalArgumentException("not in the one form that a description has");
        }
        return appliance;
    }

    private static Appliance read(String text) {
        JsonText object = JsonText.parse(text);
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        JsonText partsText = object.object("parts");
        Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
        for (String key : partsText.keys()) {
            JsonText content = partsText.object(key);
            parts.put(
                    of(Appliance.Part.class, key),
                    new Appliance.Content(
                            new ByteSize(content.number("sizeBytes")),
                            new Digest(content.text("digest"))));
            content.end();
        }
        Appliance appliance =
                new Appliance(
                        ApplianceName.parse(object.text("name")),
                        object.text("version"),
                        object.text("title"),
                        object.text("summary"),
                        of(Profile.class, object.text("profile")),
                        of(Firmware.class, object.text("firmware")),
                        new ByteSize(object.number("memoryBytes")),
                        Math.clamp(object.number("cpus"), -1, Integer.MAX_VALUE),
                        of(Network.class, object.text("network")),
                        object.optionalText("scratch")
                                .map(word -> of(Scratch.class, word))
                                .orElse(Scratch.KEEP),
                        object.optionalText("folders")
                                .map(word -> of(Sharing.class, word))
                                .orElse(Sharing.NONE),
                        object.texts("fileTypes"),
                        object.optionalText("kernelCommandLine"),
                        new Digest(object.text("recipe")),
                        object.optionalObject("warm").map(ApplianceText::warm),
                        parts);
        object.end();
        return appliance;
    }

    private static Appliance.Warm warm(JsonText object) {
        Appliance.Warm warm =
                new Appliance.Warm(
                        QemuProgram.Version.parse(object.text("qemu")),
                        of(Accelerator.class, object.text("accelerator")));
        object.end();
        return warm;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E of(Class<E> kind, String word) {
        return Enum.valueOf(kind, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
