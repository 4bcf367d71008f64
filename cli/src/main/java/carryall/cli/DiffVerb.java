package carryall.cli;

import carryall.machine.Changes;
import carryall.machine.Customisations;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists what the user changed of a machine's system.
@Command(name = "diff", description = "List what you changed of a machine's system.")
final class DiffVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Customisations all = machines.customisations(name);
        if (format.isJson()) {
            terminal.json(object(all));
            return Exit.DONE;
        }
        if (!all.isThere()) {
            terminal.note(name + " has no customisations. Begin with: carryall customise " + name);
            return Exit.DONE;
        }
        all.changes().ifPresent(changes -> lines(changes).forEach(terminal::line));
        if (all.changes().isEmpty()) {
            terminal.note(
                    "What was customised in " + name + " is known when it has been opened again.");
        }
        all.changes()
                .flatMap(Changes::problem)
                .ifPresent(why -> terminal.note(name + " runs without its customisations: " + why));
        all.takenBackNext()
                .ifPresent(paths ->
                        terminal.note(
                                "The next start takes back "
                                        + (paths.isEmpty() ? "all of it" : String.join(", ", paths))
                                        + "."));
        return Exit.DONE;
    }

    private static List<String> lines(Changes changes) {
        List<String> lines = new ArrayList<>();
        for (Changes.PackageChange each : changes.packages()) {
            lines.add(
                    "%-9s package %s %s, %d bytes in %d %s"
                            .formatted(
                                    word(each.kind()),
                                    each.name(),
                                    each.version(),
                                    each.bytes(),
                                    each.files(),
                                    each.files() == 1 ? "file" : "files"));
        }
        for (Changes.FileChange each : changes.files()) {
            lines.add(
                    each.kind() == Changes.Kind.REMOVED
                            ? "%-9s %s".formatted(word(each.kind()), each.path())
                            : "%-9s %s, %d bytes"
                                    .formatted(word(each.kind()), each.path(), each.bytes()));
        }
        if (changes.more() > 0) {
            lines.add("and " + changes.more() + " more");
        }
        for (String each : changes.conflicts()) {
            lines.add(
                    "%-9s %s: yours is in use; the publisher's new one is %s.published"
                            .formatted("conflict", each, each));
        }
        return lines;
    }

    private static String word(Changes.Kind kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    private Map<String, Object> object(Customisations all) {
        Map<String, Object> object = Terminal.object();
        object.put("name", name.text());
        object.put("customised", all.isThere());
        all.changes()
                .ifPresent(changes -> {
                    object.put("asked", changes.asked().toString());
                    changes.problem().ifPresent(why -> object.put("problem", why));
                    object.put(
                            "packages", changes.packages().stream().map(DiffVerb::object).toList());
                    object.put("files", changes.files().stream().map(DiffVerb::object).toList());
                    object.put("more", changes.more());
                    object.put(
                            "conflicts",
                            changes.conflicts().stream()
                                    .map(path ->
                                            Terminal.object(
                                                    "path", path, "published", path + ".published"))
                                    .toList());
                });
        all.takenBackNext()
                .ifPresent(paths ->
                        object.put("takenBackNext", paths.isEmpty() ? List.of("/") : paths));
        return object;
    }

    private static Map<String, Object> object(Changes.PackageChange change) {
        Map<String, Object> object = Terminal.object();
        object.put("change", word(change.kind()));
        object.put("name", change.name());
        object.put("version", change.version());
        object.put("files", change.files());
        object.put("bytes", change.bytes());
        return object;
    }

    private static Map<String, Object> object(Changes.FileChange change) {
        Map<String, Object> object = Terminal.object();
        object.put("change", word(change.kind()));
        object.put("path", change.path());
        object.put("bytes", change.bytes());
        return object;
    }
}
