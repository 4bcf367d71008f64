package carryall.cli;

import carryall.machine.Machines;
import carryall.release.Fetching;
import carryall.release.Reference;
import carryall.release.Subscriber;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Follows an appliance on a shelf.
@Command(
        name = "subscribe",
        description = "Follow an appliance on a shelf: see its publisher's key, and agree to it.")
final class SubscribeVerb implements Verb {
    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelf = new ShelfOptions();

    @Parameters(
            paramLabel = "REF",
            converter = ReferenceParameter.class,
            // A line each, so that the address stands in one piece.
            description = {
                "SHELF/APP[:CHANNEL], such as ./shelf/librecad or",
                "https://acme.example/shelf/librecad."
            })
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
        Subscriber.Offer offer = agreed.get();
        offers.subscriber().follow(offer);
        try (Fetching fetching = offers.subscriber().fetch(offer)) {
            if (format.isJson()) {
                Map<String, Object> object = Offers.object(offer);
                offers.estimate(offer, fetching).addTo(object);
                terminal.json(object);
            } else {
                terminal.line(
                        offer.name()
                                + " is followed on channel "
                                + offer.followed().channel().name()
                                + "; "
                                + offer.entry().version()
                                + ": "
                                + offers.estimate(offer, fetching).text()
                                + ". Open it with: carryall run "
                                + reference);
            }
        }
        return Exit.DONE;
    }
}
