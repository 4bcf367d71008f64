package carryall.machine;

import carryall.appliance.Scratch;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where a machine stands: which release it is pinned to, which layers make its disks, and which
/// state it goes on from. Written anew, as a whole, at each turn: that is how release and disks
/// change in one step. `docs/formats/machine.md` has the text form.
///
/// @param pin empty if it is still the release that it was made of
/// @param lastState the highest number that a state of this machine ever had; 0 for none
/// @param suspended the state that the machine lies in; empty if it was stopped, or runs, or died
/// @param parent the state that the run now or last began with or passed; empty for none
/// @param disks by serial
/// @param systemStays whether the next start that is no resume keeps the scratch, whatever the
///   appliance says of it: it was put back, or the guest goes on with it
/// @param customised present if the personal disk may hold customisations of the system
record Head(
        Optional<Pin> pin,
        int lastState,
        Optional<Integer> suspended,
        Optional<Integer> parent,
        Map<String, Layers> disks,
        boolean systemStays,
        Optional<Customised> customised) {
    private static final long FORMAT = 1;

    /// A machine that never ran.
    static final Head NEW =
            new Head(
                    Optional.empty(),
                    0,
                    Optional.empty(),
                    Optional.empty(),
                    Map.of(),
                    false,
                    Optional.empty());

    Head {
        disks = Map.copyOf(disks);
    }

    Layers disk(String serial) {
        return disks.getOrDefault(serial, Layers.NONE);
    }

    /// The same with other disks, of a machine that is not suspended.
    Head running(Map<String, Layers> newDisks, Optional<Integer> newParent) {
        return new Head(pin, lastState, Optional.empty(), newParent, newDisks, false, customised);
    }

    /// The same of a machine whose guest starts again over what it wrote.
    Head restarting() {
        return new Head(pin, lastState, suspended, parent, disks, true, customised);
    }

    /// The disks as a start that is no resume finds them. A machine that lies in a state was not
    /// shut down: where its memory is of no use, its disks are.
    Map<String, Layers> disksAtStart(Scratch scratch) {
        return scratch == Scratch.KEEP || suspended.isPresent() || systemStays
                ? disks
                : withoutSystem();
    }

    private Map<String, Layers> withoutSystem() {
        Map<String, Layers> kept = new TreeMap<>(disks);
        kept.remove(MachineDisks.SYSTEM);
        return kept;
    }

    /// The same with other layers of a disk, of a machine that neither runs nor is suspended.
    Head with(String serial, Layers layers) {
        Map<String, Layers> changed = new TreeMap<>(disks);
        changed.put(serial, layers);
        return new Head(pin, lastState, suspended, parent, changed, systemStays, customised);
    }

    /// The same of a machine whose system is the publisher's again.
    ///
    /// @param newPin of which release
    /// @param replaced the state that holds what it was
    Head withoutSystem(Optional<Pin> newPin, int replaced) {
        return new Head(
                newPin,
                lastState,
                Optional.empty(),
                Optional.of(replaced),
                withoutSystem(),
                false,
                customised);
    }

    /// The same of a machine that has these customisations, or none.
    Head with(Optional<Customised> customisations) {
        return new Head(pin, lastState, suspended, parent, disks, systemStays, customisations);
    }

    /// The same of a machine that lies in a state, just taken.
    Head asleep(int state, Map<String, Layers> newDisks) {
        return new Head(
                pin, state, Optional.of(state), Optional.of(state), newDisks, false, customised);
    }

    /// The same of a machine that goes on after a state, just taken.
    Head passed(int state, Map<String, Layers> newDisks) {
        return new Head(
                pin,
                state,
                Optional.empty(),
                Optional.of(state),
                newDisks,
                systemStays,
                customised);
    }

    /// The same of a machine that has a state of that number.
    Head counting(int state) {
        return new Head(
                pin, Math.max(lastState, state), suspended, parent, disks, systemStays, customised);
    }

    static Head read(Path file) throws IOException {
        JsonText object = JsonText.parse(CheckedText.read(file));
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        Optional<Pin> pin = object.optionalObject("pin").map(Head::pin);
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
        boolean systemStays = object.flag("systemStays");
        Optional<Customised> customised =
                object.optionalObject("customised").map(Customised::parse);
        object.end();
        return new Head(pin, lastState, suspended, parent, disks, systemStays, customised);
    }

    private static Pin pin(JsonText object) {
        Pin pin =
                new Pin(
                        new Digest(object.text("appliance")),
                        new ByteSize(object.number("memoryBytes")),
                        Math.toIntExact(object.number("cpus")),
                        object.optionalText("previous").map(Digest::new));
        object.end();
        return pin;
    }

    void write(Path file) throws IOException {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        pin.ifPresent(release -> text.put("pin", text(release)));
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
        if (systemStays) {
            text.put("systemStays", true);
        }
        customised.ifPresent(one -> text.put("customised", one.text()));
        CheckedText.write(file, JsonText.write(text));
    }

    private static Map<String, Object> text(Pin pin) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("appliance", pin.appliance().text());
        text.put("memoryBytes", pin.memory().bytes());
        text.put("cpus", pin.cpus());
        pin.previous().ifPresent(previous -> text.put("previous", previous.text()));
        return text;
    }
}
