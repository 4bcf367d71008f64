package carryall.cli;

import carryall.machine.Machine;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Makes a machine like another.
@Command(
        name = "clone",
        description = "Make another machine that is where this one is; both go on from there.")
final class CloneVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(
            index = "1",
            paramLabel = "OTHER",
            converter = NameParameter.class,
            description = "What to call the new one.")
    private MachineName other = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        int state =
                switch (machines.status(name)) {
                    case MachineStatus.Suspended(int number, Instant _, var _) -> number;
                    case MachineStatus.Stopped _ -> machines.history(name).keep(Optional.empty());
                    case MachineStatus.Starting _,
                            MachineStatus.Running _,
                            MachineStatus.Paused _ ->
                            SaveProgress.during(
                                    machines,
                                    terminal,
                                    name,
                                    () -> machines.connect(name).snapshot(Optional.empty()));
                };
        Machine copy = machines.history(name).copy(state, other);
        if (format.isJson()) {
            terminal.json(Terminal.object("name", copy.name().text(), "of", name + "@" + state));
        } else {
            terminal.line(other + " is made. Open it with: carryall run " + other);
        }
        return Exit.DONE;
    }
}
