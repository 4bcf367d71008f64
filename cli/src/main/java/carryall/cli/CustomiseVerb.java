package carryall.cli;

import carryall.hypervisor.Network;
import carryall.machine.Keeper;
import carryall.machine.KeeperProcess;
import carryall.machine.Machine;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import carryall.machine.UnsavedWork;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Opens a machine with its system writable.
@Command(
        name = "customise",
        description =
                "Open a machine with its system writable: what root changes of it is kept, also by"
                        + " updates.")
final class CustomiseVerb implements Verb {
    private static final Duration APP_PATIENCE = Duration.ofMinutes(10);

    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--network",
            paramLabel = "none|internet",
            description =
                    "What the machine may reach from now on: nothing, or public addresses, as"
                            + " packages need it. Default: as granted before.")
    private @Nullable Network network;

    @Option(
            names = "--close",
            description = "Also if it is suspended: what is open in it stays in its history.")
    private boolean close;

    @Option(
            names = "--detach",
            description = "Return once the guest runs; do not join its console.")
    private boolean detach;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Machine machine = machines.find(name);
        switch (machines.status(name)) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {}
            case MachineStatus.Running _, MachineStatus.Paused _, MachineStatus.Starting _ ->
                    throw new MachineException.MachineBusy(name, "its keeper");
        }
        machines.history(name)
                .beforeCustomising(close ? UnsavedWork.KEEP_IN_HISTORY : UnsavedWork.REFUSE);
        if (network != null && network != machine.network()) {
            machines.grant(name, network);
        }
        try (KeeperProcess keeper =
                KeeperProcess.start(
                        machines, name, Launcher.keeper(Keeper.Wish.CUSTOMISE, Optional.empty()))) {
            machines.start(keeper, terminal::note);
        }
        if (format.isJson()) {
            if (!detach) {
                AppWait.until(machines, name, terminal, APP_PATIENCE, Duration.ZERO);
            }
            terminal.json(
                    MachineReport.of(machines, machines.find(name), machines.status(name))
                            .object());
            return Exit.DONE;
        }
        terminal.line(
                "The system of "
                        + name
                        + " is writable, and what is changed stays. Root's shell: carryall console "
                        + name
                        + ". When done: carryall stop "
                        + name
                        + ", then carryall diff "
                        + name
                        + ".");
        terminal.flush();
        if (!detach) {
            AppWait.until(machines, name, terminal, APP_PATIENCE, Duration.ZERO);
            if (terminal.isWatched()) {
                return new ConsoleVerb(name).run(machines, terminal);
            }
        }
        return Exit.DONE;
    }
}
