package carryall.machine;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.QemuProgram;
import carryall.json.JsonText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The text form of a [State]: `docs/formats/state.md`.
final class StateText {
    private static final long FORMAT = 1;

    private StateText() {}

    static String write(State state) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("number", state.number());
        text.put("kind", word(state.kind()));
        state.label().ifPresent(label -> text.put("label", label));
        state.parent().ifPresent(parent -> text.put("parent", parent));
        text.put("taken", state.taken().toString());
        text.put("hardware", hardware(state.hardware()));
        state.memory().ifPresent(memory -> text.put("memory", memory(memory)));
        Map<String, Object> disks = new TreeMap<>();
        state.disks()
                .forEach((serial, layers) ->
                        disks.put(
                                serial,
                                layers.stream()
                                        .map(layer ->
                                                named(
                                                        "layer",
                                                        layer.layer().text(),
                                                        layer.digest()))
                                        .toList()));
        text.put("disks", disks);
        if (state.isCustomised()) {
            text.put("customised", true);
        }
        text.put("storedBytes", state.stored().bytes());
        return JsonText.write(text);
    }

    private static Map<String, Object> hardware(State.Hardware hardware) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("appliance", hardware.appliance().text());
        text.put("machineType", hardware.machineType());
        text.put("cpuModel", hardware.cpuModel());
        text.put("memoryBytes", hardware.memory().bytes());
        text.put("cpus", hardware.cpus());
        return text;
    }

    private static Map<String, Object> memory(State.Memory memory) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("qemu", memory.qemu().toString());
        text.put("accelerator", word(memory.accelerator()));
        memory.base().ifPresent(base -> text.put("base", word(base)));
        text.put("index", memory.index().text());
        text.put(
                "packs",
                memory.packs().stream()
                        .map(pack -> named("file", pack.fileName(), pack.digest()))
                        .toList());
        text.put("devices", memory.devices().text());
        return text;
    }

    private static Map<String, Object> named(String key, String name, Digest digest) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put(key, name);
        text.put("digest", digest.text());
        return text;
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws RuntimeException naming what is wrong
    static State parse(String line) {
        JsonText object = JsonText.parse(line);
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        Map<String, List<State.FrozenLayer>> disks = new TreeMap<>();
        JsonText disksText = object.object("disks");
        for (String serial : disksText.keys()) {
            List<State.FrozenLayer> layers = new ArrayList<>();
            for (JsonText layer : disksText.objects(serial)) {
                layers.add(
                        new State.FrozenLayer(
                                Layer.parse(layer.text("layer")),
                                new Digest(layer.text("digest"))));
                layer.end();
            }
            disks.put(serial, List.copyOf(layers));
        }
        State state =
                new State(
                        Math.toIntExact(object.number("number")),
                        of(State.Kind.class, object.text("kind")),
                        object.optionalText("label"),
                        object.optionalNumber("parent").map(Math::toIntExact),
                        Instant.parse(object.text("taken")),
                        parseHardware(object.object("hardware")),
                        object.optionalObject("memory").map(StateText::parseMemory),
                        disks,
                        object.flag("customised"),
                        new ByteSize(object.number("storedBytes")));
        object.end();
        return state;
    }

    private static State.Hardware parseHardware(JsonText object) {
        State.Hardware hardware =
                new State.Hardware(
                        new Digest(object.text("appliance")),
                        object.text("machineType"),
                        object.text("cpuModel"),
                        new ByteSize(object.number("memoryBytes")),
                        Math.toIntExact(object.number("cpus")));
        object.end();
        return hardware;
    }

    private static State.Memory parseMemory(JsonText object) {
        Optional<Appliance.Part> base =
                object.optionalText("base").map(word -> of(Appliance.Part.class, word));
        Digest index = new Digest(object.text("index"));
        List<State.Pack> packs = new ArrayList<>();
        for (JsonText pack : object.objects("packs")) {
            packs.add(new State.Pack(pack.text("file"), new Digest(pack.text("digest"))));
            pack.end();
        }
        State.Memory memory =
                new State.Memory(
                        QemuProgram.Version.parse(object.text("qemu")),
                        of(Accelerator.class, object.text("accelerator")),
                        base,
                        index,
                        packs,
                        new Digest(object.text("devices")));
        object.end();
        return memory;
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <E extends Enum<E>> E of(Class<E> kind, String word) {
        return Enum.valueOf(kind, word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
