package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a machine's system the publisher's again.
@Command(
        name = "reset",
        description =
                "Make a machine's system the publisher's again; its personal disk stays, and what"
                        + " it was is in its history.")
final class ResetVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean sure;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.find(name);
        if (!sure
                && !Question.isAnsweredYes(
                        terminal,
                        "Reset the system of " + name + "? What is open in it is closed.",
                        "a reset closes what is open in " + name + ", which needs a yes")) {
            return terminal.isWatched() ? Exit.DONE : Exit.USAGE;
        }
        int replaced = machines.history(name).reset();
        if (format.isJson()) {
            terminal.json(Map.of("name", name.text(), "replaced", replaced));
        } else {
            terminal.line(
                    "The system of "
                            + name
                            + " is as published; what it was is "
                            + name
                            + "@"
                            + replaced
                            + ".");
        }
        return Exit.DONE;
    }
}
