package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.crypto.Digest;
import carryall.machine.Machines;
import carryall.release.Channel;
import carryall.release.Reference;
import carryall.release.Subscriber;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists the releases on a channel.
@Command(name = "releases", description = "List the releases of an appliance on a channel.")
final class ReleasesVerb implements Verb {
    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelf = new ShelfOptions();

    @Parameters(
            paramLabel = "REF",
            converter = ReferenceParameter.class,
            description = "SHELF/APP[:CHANNEL].")
    private Reference reference = ReferenceParameter.UNREAD;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Subscriber.Offer offer =
                new Offers(machines, terminal).subscriber().look(reference, shelf.settings());
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Channel.Entry entry : offer.followed().channel().releases()) {
            Map<String, Object> object = Terminal.object();
            object.put("version", entry.version());
            object.put("published", entry.published().toString());
            object.put("release", entry.release().text());
            objects.add(object);
            if (!format.isJson()) {
                terminal.line(
                        "%-20s %s  %s"
                                .formatted(entry.version(), entry.published(), entry.release()));
            }
        }
        if (format.isJson()) {
            Map<String, Object> all = Terminal.object();
            all.put("appliance", offer.name().toString());
            all.put("channel", offer.followed().channel().name());
            all.put("newestHere", isHere(machines, offer.release().appliance()));
            all.put("releases", objects);
            terminal.json(all);
        }
        return Exit.DONE;
    }

    private static boolean isHere(Machines machines, Digest appliance) throws IOException {
        try {
            return machines.appliances().find(appliance).isWhole();
        } catch (ApplianceException.ApplianceMissing missing) {
            return false;
        }
    }
}
