package carryall.machine;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where a machine stands: which layers make its disks, and which state it goes on from. Written
/// anew, as a whole, at each turn; `docs/formats/machine.md` has the text form.
///
/// @param lastState the highest number that a state of this machine ever had; 0 for none
/// @param suspended the state that the machine lies in; empty if it was stopped, or runs, or died
/// @param parent the state that the run now or last began with or passed; empty for none
/// @param disks by serial
record Head(
        int lastState,
        Optional<Integer> suspended,
        Optional<Integer> parent,
        Map<String, Layers> disks) {
    private static final long FORMAT = 1;

    /// A machine that never ran.
    static final Head NEW = new Head(0, Optional.empty(), Optional.empty(), Map.of());

    Head {
        disks = Map.copyOf(disks);
    }

    Layers disk(String serial) {
        return disks.getOrDefault(serial, Layers.NONE);
    }

    /// The same with other disks, of a machine that is not suspended.
    Head running(Map<String, Layers> newDisks, Optional<Integer> newParent) {
        return new Head(lastState, Optional.empty(), newParent, newDisks);
    }

    static Head read(Path file) throws IOException {
        JsonText object = JsonText.parse(CheckedText.read(file));
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        int lastState = Math.toIntExact(object.number("lastState"));
        Optional<Integer> suspended = object.optionalNumber("suspended").map(Math::toIntExact);
        Optional<Integer> parent = object.optionalNumber("parent").map(Math::toIntExact);
        Map<String, Layers> disks = new TreeMap<>();
        JsonText disksText = object.object("disks");
        for (String serial : disksText.keys()) {
            JsonText disk = disksText.object(serial);
            disks.put(
                    serial,
                    new Layers(
                            disk.texts("frozen").stream().map(Layer::parse).toList(),
                            disk.optionalText("top").map(Layer.Own::new)));
            disk.end();
        }
        object.end();
        return new Head(lastState, suspended, parent, disks);
    }

    void write(Path file) throws IOException {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("lastState", lastState);
        suspended.ifPresent(number -> text.put("suspended", number));
        parent.ifPresent(number -> text.put("parent", number));
        Map<String, Object> disksText = new TreeMap<>();
        disks.forEach((serial, layers) -> {
            Map<String, Object> disk = new LinkedHashMap<>();
            disk.put("frozen", layers.frozen().stream().map(Layer::text).toList());
            layers.top().ifPresent(top -> disk.put("top", top.fileName()));
            disksText.put(serial, disk);
        });
        text.put("disks", disksText);
        CheckedText.write(file, JsonText.write(text));
    }
}
