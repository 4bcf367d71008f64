package carryall.cli;

import carryall.home.Carrying;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Fetches a machine's newest state from the home.
@Command(name = "pull", description = "Have a machine lie here as the home has it.")
final class HomePullVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", description = "The machine.", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--from",
            paramLabel = "HOST",
            description = "The one that this host saved, if it went on in several places.")
    private @Nullable String from;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Carrying.Pulled pulled =
                new Carrying(HomeDoor.open(machines), machines)
                        .pull(name, Optional.ofNullable(from));
        if (format.isJson()) {
            var object = Terminal.object("name", name.text(), "state", pulled.state());
            object.put("host", pulled.from());
            object.put("new", pulled.isNew());
            terminal.json(object);
        } else if (pulled.isNew()) {
            terminal.line(
                    "%s lies in state %d, saved on %s; open it with `carryall run %s`."
                            .formatted(name, pulled.state(), pulled.from(), name));
        } else {
            terminal.line(name + " is here as the home has it, or went on from it.");
        }
        return Exit.DONE;
    }
}
