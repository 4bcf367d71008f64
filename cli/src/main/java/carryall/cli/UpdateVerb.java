package carryall.cli;

import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.Switch;
import carryall.machine.UnsavedWork;
import carryall.release.Fetching;
import carryall.release.ReleaseException;
import carryall.release.Subscriber;
import carryall.release.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Brings machines to the newest release that they follow.
@Command(
        name = "update",
        description = "Bring machines to the newest release on their channel; personal disks stay.")
final class UpdateVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(
            arity = "0..1",
            paramLabel = "NAME",
            converter = NameParameter.class,
            description = "One machine. Default: all that follow a channel.")
    private @Nullable MachineName name;

    @Option(names = "--check", description = "Only say what there is, and what it takes.")
    private boolean check;

    @Option(
            names = "--close",
            description =
                    "Also those that are suspended: what is open in them stays in their history.")
    private boolean close;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Offers offers = new Offers(machines, terminal);
        List<Map<String, Object>> all = new ArrayList<>();
        for (MachineName each : name != null ? List.of(name) : names(machines)) {
            InstalledAppliance pinned = machines.appliances().find(machines.find(each).appliance());
            Optional<Subscription> followed =
                    offers.subscriber().subscriptions().find(pinned.description().name());
            if (followed.isEmpty()) {
                if (name != null) {
                    throw new ReleaseException.NotSubscribed(
                            pinned.description().name().toString());
                }
                continue;
            }
            all.add(update(machines, terminal, offers, each, pinned, followed.get()));
        }
        if (format.isJson()) {
            terminal.json(Map.of("machines", all));
        } else if (all.isEmpty()) {
            terminal.note(nothingFollows(offers.subscriber().subscriptions().list()));
        }
        return Exit.DONE;
    }

    private static String nothingFollows(List<Subscription> followed) {
        return followed.isEmpty()
                ? "No machine follows a channel. Begin with `carryall subscribe`."
                : "There is no machine of what you follow. Make one: `carryall run "
                        + followed.getFirst().reference()
                        + "`";
    }

    private static List<MachineName> names(Machines machines) throws IOException {
        List<MachineName> names = new ArrayList<>();
        for (Machines.Listed listed : machines.list()) {
            if (listed instanceof Machines.Listed.Whole whole) {
                names.add(whole.machine().name());
            }
        }
        return names;
    }

    private Map<String, Object> update(
            Machines machines,
            Terminal terminal,
            Offers offers,
            MachineName machine,
            InstalledAppliance pinned,
            Subscription followed)
            throws IOException {
        Subscriber.Offer offer = offers.subscriber().look(followed);
        Map<String, Object> object = Terminal.object();
        object.put("name", machine.text());
        object.put("from", pinned.description().version());
        object.put("to", offer.entry().version());
        Digest newest = offer.release().appliance();
        if (newest.equals(pinned.id())) {
            if (!check) {
                // It may have been told to go elsewhere at its next start.
                machines.update(machine, newest, UnsavedWork.REFUSE);
            }
            say(terminal, machine + " is at the newest, " + offer.entry().version() + ".");
            object.put("switched", "no");
            return object;
        }
        if (check) {
            try (Fetching fetching = offers.subscriber().fetch(offer)) {
                Estimate estimate = offers.estimate(offer, fetching);
                estimate.addTo(object);
                object.put("switched", "no");
                say(
                        terminal,
                        "%s: %s -> %s, %s; your personal disk stays"
                                .formatted(
                                        machine,
                                        pinned.description().version(),
                                        offer.entry().version(),
                                        estimate.text()));
            }
            return object;
        }
        offers.fetched(offer);
        Switch came =
                machines.update(
                        machine, newest, close ? UnsavedWork.KEEP_IN_HISTORY : UnsavedWork.REFUSE);
        object.put("switched", SwitchWords.json(came));
        say(terminal, SwitchWords.text(machine, offer.entry().version(), came));
        return object;
    }

    private void say(Terminal terminal, String line) {
        if (!format.isJson()) {
            terminal.line(line);
        }
    }
}
