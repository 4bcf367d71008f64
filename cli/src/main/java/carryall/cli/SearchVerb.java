package carryall.cli;

import carryall.machine.Machines;
import carryall.release.Reference;
import carryall.release.ReleaseException;
import carryall.release.Subscriber;
import carryall.release.TrustException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists what a shelf has.
@Command(name = "search", description = "List the appliances on a shelf.")
final class SearchVerb implements Verb {
    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelf = new ShelfOptions();

    @Parameters(
            paramLabel = "SHELF",
            description = "A folder, its address, or a registry, such as ghcr.io/acme.")
    private String where = "";

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "WORD",
            description = "Only what has this word in its name, title or summary.")
    private String word = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Reference.ShelfAddress address;
        try {
            address = Reference.ShelfAddress.parse(where);
        } catch (IllegalArgumentException wrong) {
            terminal.error(
                    String.valueOf(wrong.getMessage()),
                    "write a path with `./`, or an address with `https://`");
            return Exit.USAGE;
        }
        Subscriber subscriber = new Offers(machines, terminal).subscriber();
        List<Map<String, Object>> found = new ArrayList<>();
        for (String app : subscriber.apps(address, shelf.settings())) {
            Map<String, Object> one = look(subscriber, terminal, address, app);
            if (!one.isEmpty()
                    && one.toString()
                            .toLowerCase(Locale.ROOT)
                            .contains(word.toLowerCase(Locale.ROOT))) {
                found.add(one);
            }
        }
        if (format.isJson()) {
            Map<String, Object> all = Terminal.object();
            all.put("shelf", address.text());
            all.put("appliances", found);
            terminal.json(all);
        } else {
            for (Map<String, Object> one : found) {
                terminal.line(
                        "%-30s %-12s %s"
                                .formatted(
                                        one.get("appliance"),
                                        one.get("version"),
                                        one.get("title")));
                terminal.line("    carryall run " + one.get("reference"));
            }
        }
        return Exit.DONE;
    }

    /// What one app says of itself; what is not as it should be is left out with a word.
    private Map<String, Object> look(
            Subscriber subscriber, Terminal terminal, Reference.ShelfAddress address, String app)
            throws IOException {
        Reference reference = new Reference(address, app, Optional.empty(), Optional.empty());
        try {
            Subscriber.Offer offer = subscriber.look(reference, shelf.settings());
            Map<String, Object> one = Terminal.object();
            one.put("appliance", offer.name().toString());
            one.put("version", offer.entry().version());
            one.put("title", offer.description().title());
            one.put("summary", offer.description().summary());
            one.put("reference", reference.toString());
            return one;
        } catch (TrustException | ReleaseException notOurs) {
            terminal.note(app + " is left out: " + notOurs.getMessage());
            return Map.of();
        }
    }
}
