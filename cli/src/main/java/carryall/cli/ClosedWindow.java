package carryall.cli;

import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;

/// What the closing of a machine's window means: the machine is suspended, unless somebody else
/// still looks at it or it ended by itself.
final class ClosedWindow {
    private ClosedWindow() {}

    static void suspend(Machines machines, Terminal terminal, MachineName name)
            throws MachineException {
        switch (machines.status(name)) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ -> {
                return;
            }
            case MachineStatus.Starting _, MachineStatus.Running _, MachineStatus.Paused _ -> {}
        }
        long others = machines.connect(name).viewers();
        if (others > 0) {
            terminal.note(name + " goes on: " + others + " other window(s) show it.");
            return;
        }
        SaveProgress.during(machines, terminal, name, () -> machines.suspend(name));
        terminal.note(name + " is suspended. It goes on with: carryall resume " + name);
    }
}
