package carryall.cli;

import carryall.machine.Lifetime;
import carryall.machine.Machine;
import carryall.machine.MachineException;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.nio.file.Files;
import java.time.Duration;

/// What the closing of a machine's window means: the machine is suspended, or gone if it was for
/// one run, unless somebody else still looks at it or it ended by itself.
final class ClosedWindow {
    private ClosedWindow() {}

    static void end(Machines machines, Terminal terminal, Machine machine) throws MachineException {
        if (!Files.isDirectory(machines.folder(machine.name()))) {
            return;
        }
        switch (machines.status(machine.name())) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {
                return;
            }
            case MachineStatus.Starting _, MachineStatus.Running _, MachineStatus.Paused _ -> {}
        }
        long others = machines.connect(machine.name()).viewers();
        if (others > 0) {
            terminal.note(machine.name() + " goes on: " + others + " other window(s) show it.");
            return;
        }
        if (machine.lifetime() == Lifetime.ONE_RUN) {
            var _ = machines.stop(machine.name(), Duration.ZERO);
            terminal.note(machine.name() + " is gone, and left nothing.");
            return;
        }
        SaveProgress.during(
                machines, terminal, machine.name(), () -> machines.suspend(machine.name()));
        terminal.note(
                machine.name()
                        + " is suspended. It goes on with: carryall resume "
                        + machine.name());
    }
}
