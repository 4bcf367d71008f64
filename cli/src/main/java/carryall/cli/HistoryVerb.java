package carryall.cli;

import carryall.machine.History;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.State;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lists the states of a machine.
@Command(
        name = "history",
        description = "List the states of a machine, and what each takes of the disk.")
final class HistoryVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        List<History.Entry> entries = machines.history(name).list();
        if (format.isJson()) {
            terminal.json(
                    Map.of(
                            "name",
                            name.text(),
                            "states",
                            entries.stream().map(HistoryVerb::object).toList()));
            return Exit.DONE;
        }
        if (entries.isEmpty()) {
            terminal.note(name + " has no states yet. `carryall snapshot " + name + "` keeps one.");
            return Exit.DONE;
        }
        String row = "%-12s %-10s %9s  %-14s %s";
        terminal.line(row.formatted("STATE", "KIND", "SIZE", "TAKEN", "LABEL").stripTrailing());
        for (History.Entry entry : entries) {
            String at = name + "@" + entry.number();
            terminal.line(
                    switch (entry) {
                        case History.Entry.Whole whole ->
                                row.formatted(
                                                (whole.isCurrent() ? "*" : "") + at,
                                                kind(whole.state()),
                                                whole.state().stored(),
                                                Times.text(
                                                                Duration.between(
                                                                        whole.state().taken(),
                                                                        Instant.now()))
                                                        + " ago",
                                                whole.state().label().orElse(""))
                                        .stripTrailing();
                        case History.Entry.Damaged damaged -> at + " damaged: " + damaged.found();
                    });
        }
        return Exit.DONE;
    }

    private static String kind(State state) {
        return state.kind().name().toLowerCase(Locale.ROOT);
    }

    private static Map<String, Object> object(History.Entry entry) {
        Map<String, Object> object = Terminal.object();
        object.put("state", entry.number());
        switch (entry) {
            case History.Entry.Whole whole -> {
                State state = whole.state();
                object.put("kind", kind(state));
                object.put("current", whole.isCurrent());
                state.label().ifPresent(label -> object.put("label", label));
                state.parent().ifPresent(parent -> object.put("parent", parent));
                object.put("taken", state.taken().toString());
                object.put("storedBytes", state.stored().bytes());
                object.put("memory", state.memory().isPresent());
                whole.screen().ifPresent(file -> object.put("screen", file.toString()));
            }
            case History.Entry.Damaged damaged -> object.put("damaged", damaged.found());
        }
        return object;
    }
}
