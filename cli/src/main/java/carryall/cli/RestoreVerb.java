package carryall.cli;

import carryall.machine.Machine;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Goes back to a state.
@Command(
        name = "restore",
        description = "Put a machine back to one of its states, or make another machine of it.")
final class RestoreVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(
            paramLabel = "NAME@n",
            converter = StateReference.Parameter.class,
            description = "The state, as `carryall history NAME` lists it.")
    private StateReference state = StateReference.UNNAMED;

    @Option(
            names = "--as",
            paramLabel = "OTHER",
            converter = NameParameter.class,
            description = "Leave the machine as it is, and make a new one of the state.")
    private @Nullable MachineName other;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean sure;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        MachineName name = state.name();
        if (other != null) {
            Machine copy = machines.history(name).copy(state.number(), other);
            if (format.isJson()) {
                terminal.json(Terminal.object("name", copy.name().text(), "state", state.number()));
            } else {
                terminal.line(other + " is made. Open it with: carryall run " + other);
            }
            return Exit.DONE;
        }
        if (!sure
                && !Question.isAnsweredYes(
                        terminal,
                        "Put " + name + " back to state " + state.number() + "?",
                        "restoring replaces what " + name + " is now, which needs a yes")) {
            return terminal.isWatched() ? Exit.DONE : Exit.USAGE;
        }
        int replaced = machines.history(name).restore(state.number());
        if (format.isJson()) {
            terminal.json(
                    Map.of("name", name.text(), "state", state.number(), "replaced", replaced));
        } else {
            terminal.line(
                    name
                            + " is back at state "
                            + state.number()
                            + "; what it was is "
                            + name
                            + "@"
                            + replaced
                            + ".");
        }
        return Exit.DONE;
    }
}
