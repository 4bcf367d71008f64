package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import carryall.json.JsonText;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// The text forms of a [Machine] as it was made, of what follows, and of its last run:
/// `docs/formats/machine.md`.
final class MachineText {
    private static final long FORMAT = 1;
    private static final String ONE_RUN = "one-run";

    private MachineText() {}

    /// Writes what never changes but for a grant: where it stands says [Head].
    static String write(Machine machine) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("name", machine.name().text());
        text.put("id", machine.id().toString());
        text.put("appliance", machine.origin().text());
        text.put("mac", machine.mac().text());
        text.put("memoryBytes", machine.memory().bytes());
        text.put("cpus", machine.cpus());
        text.put("network", machine.network().name().toLowerCase(Locale.ROOT));
        if (machine.lifetime() != Lifetime.LASTING) {
            text.put("lifetime", ONE_RUN);
        }
        text.put("created", machine.created().toString());
        return JsonText.write(text) + "\n";
    }

    /// Reads what [#write] wrote.
    ///
    /// @throws RuntimeException naming what is wrong
    static Machine parseMachine(String text) {
        JsonText object = JsonText.parse(text);
        checkFormat(object);
        Machine machine =
                Machine.fresh(
                        new MachineName(object.text("name")),
                        UUID.fromString(object.text("id")),
                        new Digest(object.text("appliance")),
                        new MacAddress(object.text("mac")),
                        new ByteSize(object.number("memoryBytes")),
                        Math.toIntExact(object.number("cpus")),
                        Network.valueOf(object.text("network").toUpperCase(Locale.ROOT)),
                        lifetime(object),
                        Instant.parse(object.text("created")));
        object.end();
        return machine;
    }

    private static Lifetime lifetime(JsonText object) {
        Optional<String> word = object.optionalText("lifetime");
        if (word.isPresent() && !word.get().equals(ONE_RUN)) {
            throw new IllegalArgumentException("lifetime is " + word.get());
        }
        return word.isPresent() ? Lifetime.ONE_RUN : Lifetime.LASTING;
    }

    static String writeNext(Digest appliance) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("appliance", appliance.text());
        return JsonText.write(text) + "\n";
    }

    static Digest parseNext(String text) {
        JsonText object = JsonText.parse(text);
        checkFormat(object);
        Digest appliance = new Digest(object.text("appliance"));
        object.end();
        return appliance;
    }

    static String write(MachineStatus.LastRun run) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("started", run.started().toString());
        run.ended().ifPresent(ended -> text.put("ended", ended.toString()));
        text.put("outcome", run.outcome().name().toLowerCase(Locale.ROOT));
        text.put("reason", run.reason());
        return JsonText.write(text) + "\n";
    }

    static MachineStatus.LastRun parseRun(String text) {
        JsonText object = JsonText.parse(text);
        checkFormat(object);
        Instant started = Instant.parse(object.text("started"));
        Optional<Instant> ended = object.optionalText("ended").map(Instant::parse);
        MachineStatus.LastRun run =
                new MachineStatus.LastRun(
                        started,
                        ended,
                        MachineStatus.Outcome.valueOf(
                                object.text("outcome").toUpperCase(Locale.ROOT)),
                        object.text("reason"));
        object.end();
        return run;
    }

    private static void checkFormat(JsonText object) {
        if (object.number("format") != FORMAT) {
            throw new IllegalArgumentException("format is not " + FORMAT);
        }
    }
}
