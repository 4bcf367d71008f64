package carryall.cli;

import carryall.home.Pruned;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Removes from the home what nothing needs.
@Command(name = "prune", description = "Remove from the home what nothing needs.")
final class HomePruneVerb implements Verb {
    @Mixin private Format format = new Format();

    @Option(
            names = "--keep",
            paramLabel = "N",
            description = "How many saves of each machine that this host made stay (10).")
    private int keep = 10;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        if (keep < 1) {
            terminal.error("--keep " + keep + " would keep nothing", "say 1 or more");
            return Exit.USAGE;
        }
        Pruned pruned = HomeDoor.open(machines).prune(keep);
        if (format.isJson()) {
            var object =
                    Terminal.object("removed", pruned.removed(), "condemned", pruned.condemned());
            object.put("waitingFor", pruned.waiting());
            terminal.json(object);
        } else {
            terminal.line(pruned.removed() + " objects removed.");
            if (!pruned.waiting().isEmpty()) {
                terminal.line(
                        "%d more go when these hosts have pushed, pulled or pruned: %s"
                                .formatted(
                                        pruned.condemned(), String.join(", ", pruned.waiting())));
            }
        }
        return Exit.DONE;
    }
}
