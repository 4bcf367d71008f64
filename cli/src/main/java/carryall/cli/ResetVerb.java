package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a machine's system the publisher's again.
@Command(
        name = "reset",
        description =
                "Make a machine's system the publisher's again; its personal disk stays, and what"
                        + " it was is in its history. What you customised stays too, unless you say"
                        + " otherwise.")
final class ResetVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--customisations",
            description = "Take back what was customised too: all of it, or what lies at PATH.")
    private boolean customisations;

    @Parameters(
            index = "1..*",
            arity = "0..*",
            paramLabel = "PATH",
            description = "With --customisations: absolute paths in the machine.")
    private List<String> paths = List.of();

    @Option(names = "--yes", description = "Do not ask.")
    private boolean sure;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.find(name);
        checkPaths();
        if (!sure
                && !Question.isAnsweredYes(
                        terminal,
                        "Reset the system of " + name + "? What is open in it is closed.",
                        "a reset closes what is open in " + name + ", which needs a yes")) {
            return terminal.isWatched() ? Exit.DONE : Exit.USAGE;
        }
        int replaced =
                customisations
                        ? machines.history(name).resetCustomisations(paths)
                        : machines.history(name).reset();
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "replaced", replaced));
        } else {
            terminal.line(
                    "The system of "
                            + name
                            + " is as published; what it was is "
                            + name
                            + "@"
                            + replaced
                            + "."
                            + takenBack());
        }
        return Exit.DONE;
    }

    private void checkPaths() {
        if (!customisations && !paths.isEmpty()) {
            throw wrong("a PATH needs --customisations");
        }
        for (String path : paths) {
            if (!path.matches("(?s)(/(?!\\.{1,2}(/|$))[^/\0]+)+")) {
                throw wrong("'" + path + "' is no absolute path, or has `..` in it");
            }
        }
    }

    private static CommandLine.ParameterException wrong(String words) {
        return new CommandLine.ParameterException(new CommandLine(new ResetVerb()), words);
    }

    private String takenBack() {
        if (!customisations) {
            return "";
        }
        return " Its next start takes back "
                + (paths.isEmpty() ? "all that was customised." : String.join(", ", paths) + ".");
    }
}
