package carryall.cli;

import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Goes on with a suspended machine.
@Command(name = "resume", description = "Go on with a suspended machine where it was left.")
final class ResumeVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--detach",
            description = "Return once the guest runs; do not wait for the app nor show it.")
    private boolean detach;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        switch (machines.status(name)) {
            case MachineStatus.Suspended _ -> {}
            case MachineStatus.Stopped _ -> throw new MachineException.NotSuspended(name);
            case MachineStatus.Starting _, MachineStatus.Running _, MachineStatus.Paused _ ->
                    throw new MachineException.MachineBusy(name, "its keeper");
        }
        return new RunVerb(name.text(), format, detach).run(machines, terminal);
    }
}
