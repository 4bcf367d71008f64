package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Saves a machine and closes it.
@Command(
        name = "suspend",
        description = "Save a running machine, windows open where they are, and close it.")
final class SuspendVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        int state = SaveProgress.during(machines, terminal, name, () -> machines.suspend(name));
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "state", state));
        } else {
            terminal.line(name + " is suspended. It goes on with: carryall resume " + name);
        }
        return Exit.DONE;
    }
}
