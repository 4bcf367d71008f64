package carryall.cli;

import carryall.appliance.InstalledAppliance;
import carryall.machine.Machines;
import carryall.release.Reference;
import carryall.release.Subscriber;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Fetches a release.
@Command(name = "pull", description = "Fetch a release, so that it is here whole.")
final class PullVerb implements Verb {
    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelf = new ShelfOptions();

    @Parameters(
            paramLabel = "REF",
            converter = ReferenceParameter.class,
            description = "SHELF/APP[:VERSION or :CHANNEL][@sha256:...].")
    private Reference reference = ReferenceParameter.UNREAD;

    @Option(names = "--yes", description = "Do not ask whether the publisher is the right one.")
    private boolean sure;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.makeHome();
        Offers offers = new Offers(machines, terminal);
        Optional<Subscriber.Offer> agreed = offers.agreed(reference, shelf.settings(), sure);
        if (agreed.isEmpty()) {
            return Exit.USAGE;
        }
        InstalledAppliance installed = offers.fetched(agreed.get());
        if (format.isJson()) {
            Map<String, Object> object = Offers.object(agreed.get());
            object.put("folder", installed.directory().toString());
            terminal.json(object);
        } else {
            terminal.line(agreed.get().name() + " " + agreed.get().entry().version() + " is here.");
        }
        return Exit.DONE;
    }
}
