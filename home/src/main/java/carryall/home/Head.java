package carryall.home;

import carryall.json.JsonText;
import carryall.machine.MachineName;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/// Where a host stands: what it saved, and what it has seen of the others. A host publishes heads
/// of its own alone, each with a higher number. `docs/formats/home.md` has the text form.
///
/// @param host whose it is
/// @param label what people call the host
/// @param sequence 1 and more
/// @param previous the name of this host's head before; empty for its first
/// @param written when, by the host's clock; nothing is decided by it
/// @param seen the newest head that this host has seen of each other
/// @param tips where each machine stands on this host
/// @param kept saves that must stay, the tips among them
/// @param marks that this host has seen: no save that it begins after this head newly names what
///   they condemn
/// @param forgotten hosts whose heads do not count any more
record Head(
        HostId host,
        String label,
        long sequence,
        Optional<ObjectName> previous,
        Instant written,
        Map<HostId, Seen> seen,
        List<Tip> tips,
        Set<ObjectName> kept,
        Set<ObjectName> marks,
        Set<HostId> forgotten) {
    private static final long FORMAT = 1;
    static final int LONGEST_LABEL = 80;

    /// The newest head that was seen of a host.
    record Seen(long sequence, ObjectName name) {}

    /// Where a machine stands.
    ///
    /// @param state the number of the state that the save holds
    record Tip(UUID machine, MachineName name, ObjectName save, int state, Ancestry ancestry) {}

    Head {
        seen = Map.copyOf(seen);
        tips = List.copyOf(tips);
        kept = Set.copyOf(kept);
        marks = Set.copyOf(marks);
        forgotten = Set.copyOf(forgotten);
        if (sequence < 1 || label.length() > LONGEST_LABEL) {
            throw new IllegalArgumentException("head " + sequence + " of '" + label + "'");
        }
        for (Tip tip : tips) {
            if (!kept.contains(tip.save())) {
                throw new IllegalArgumentException(tip.save() + " is not kept");
            }
        }
    }

    /// Where a machine stands on this host; several, if this host took over from one that it
    /// forgot.
    List<Tip> tips(UUID machine) {
        return tips.stream().filter(tip -> tip.machine().equals(machine)).toList();
    }

    byte[] bytes() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("host", host.toString());
        text.put("label", label);
        text.put("sequence", sequence);
        previous.ifPresent(name -> text.put("previous", name.text()));
        text.put("written", written.toString());
        List<Object> others = new ArrayList<>();
        new TreeMap<>(seen)
                .forEach((id, newest) -> {
                    Map<String, Object> other = new LinkedHashMap<>();
                    other.put("host", id.toString());
                    other.put("sequence", newest.sequence());
                    other.put("head", newest.name().text());
                    others.add(other);
                });
        text.put("seen", others);
        text.put("machines", tips.stream().map(Head::text).toList());
        text.put("kept", texts(kept));
        text.put("marks", texts(marks));
        text.put("forgotten", forgotten.stream().map(HostId::toString).sorted().toList());
        return JsonText.write(text).getBytes(StandardCharsets.UTF_8);
    }

    private static List<String> texts(Set<ObjectName> names) {
        return names.stream().map(ObjectName::text).sorted().toList();
    }

    private static Map<String, Object> text(Tip tip) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("id", tip.machine().toString());
        text.put("name", tip.name().text());
        text.put("save", tip.save().text());
        text.put("state", tip.state());
        List<Object> saves = new ArrayList<>();
        new TreeMap<>(tip.ancestry().saves())
                .forEach((host, count) -> {
                    Map<String, Object> each = new LinkedHashMap<>();
                    each.put("host", host.toString());
                    each.put("saves", count);
                    saves.add(each);
                });
        text.put("ancestry", saves);
        return text;
    }

    /// Reads what [#bytes] wrote.
    ///
    /// @throws IllegalArgumentException if it is anything else
    static Head parse(byte[] bytes) {
        JsonText text = JsonText.parse(new String(bytes, StandardCharsets.UTF_8));
        if (text.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
        try {
            HostId host = new HostId(UUID.fromString(text.text("host")));
            Map<HostId, Seen> seen = new TreeMap<>();
            String label = text.text("label");
            long sequence = text.number("sequence");
            Optional<ObjectName> previous =
                    text.optionalText("previous").map(name -> name(name, ObjectKind.HEAD));
            Instant written = Instant.parse(text.text("written"));
            for (JsonText other : text.objects("seen")) {
                seen.put(
                        new HostId(UUID.fromString(other.text("host"))),
                        new Seen(
                                other.number("sequence"),
                                name(other.text("head"), ObjectKind.HEAD)));
                other.end();
            }
            List<Tip> tips = new ArrayList<>();
            for (JsonText machine : text.objects("machines")) {
                tips.add(tip(machine));
                machine.end();
            }
            Head head =
                    new Head(
                            host,
                            label,
                            sequence,
                            previous,
                            written,
                            seen,
                            tips,
                            names(text.texts("kept"), ObjectKind.SAVE),
                            names(text.texts("marks"), ObjectKind.MARK),
                            hosts(text.texts("forgotten")));
            text.end();
            return head;
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException("no time", wrong);
        }
    }

    private static Tip tip(JsonText text) {
        Map<HostId, Long> saves = new TreeMap<>();
        for (JsonText each : text.objects("ancestry")) {
            saves.put(new HostId(UUID.fromString(each.text("host"))), each.number("saves"));
            each.end();
        }
        return new Tip(
                UUID.fromString(text.text("id")),
                new MachineName(text.text("name")),
                name(text.text("save"), ObjectKind.SAVE),
                Math.toIntExact(text.number("state")),
                new Ancestry(saves));
    }

    private static ObjectName name(String text, ObjectKind kind) {
        ObjectName name = ObjectName.parse(text);
        if (name.kind() != kind) {
            throw new IllegalArgumentException(name + " is no " + kind.word());
        }
        return name;
    }

    private static Set<ObjectName> names(List<String> texts, ObjectKind kind) {
        Set<ObjectName> names = new TreeSet<>();
        texts.forEach(text -> names.add(name(text, kind)));
        return names;
    }

    private static Set<HostId> hosts(List<String> texts) {
        Set<HostId> hosts = new TreeSet<>();
        texts.forEach(text -> hosts.add(new HostId(UUID.fromString(text))));
        return hosts;
    }
}
