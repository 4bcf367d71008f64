package carryall.cli;

import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Removes a machine with its disks.
@Command(name = "rm", description = "Remove a stopped machine with its disks.")
final class RmVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(names = "--yes", description = "Do not ask.")
    private boolean sure;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        if (!Files.isDirectory(machines.folder(name))) {
            throw new MachineException.MachineMissing(name);
        }
        switch (machines.status(name)) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {}
            case MachineStatus.Starting _, MachineStatus.Running _, MachineStatus.Paused _ ->
                    throw new MachineException.MachineBusy(name, "its keeper");
        }
        if (!sure) {
            if (!terminal.isWatched()) {
                terminal.error(
                        "removing " + name + " deletes its personal disk, which needs a yes",
                        "say it with `--yes`");
                return Exit.USAGE;
            }
            Optional<String> answer =
                    terminal.ask("Delete " + name + " and the data on its personal disk? [y/N] ");
            if (answer.isEmpty() || !answer.get().strip().equalsIgnoreCase("y")) {
                terminal.note("Nothing was removed.");
                if (format.isJson()) {
                    terminal.json(Terminal.object("name", name.text(), "removed", false));
                }
                return Exit.DONE;
            }
        }
        machines.remove(name);
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "removed", true));
        } else {
            terminal.line(name + " is removed.");
        }
        return Exit.DONE;
    }
}
