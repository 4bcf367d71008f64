package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.machine.Machine;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import carryall.machine.Switch;
import carryall.machine.UnsavedWork;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// What is offered when the release that a machine was brought to does not come up: the one before.
///
/// @param machine which is pinned to the release that does not come up
/// @param version of that
/// @param before the version of the other
record WayBack(Machine machine, String version, String before) {
    /// Where a machine can go back to; empty if it never had another release, or that is gone.
    static Optional<WayBack> of(Machines machines, Machine machine) {
        try {
            return machine.previous().isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new WayBack(
                                    machine,
                                    machines.appliances()
                                            .find(machine.appliance())
                                            .description()
                                            .version(),
                                    machines.appliances()
                                            .find(machine.previous().get())
                                            .description()
                                            .version()));
        } catch (ApplianceException gone) {
            return Optional.empty();
        }
    }

    /// Says that there is a way back, and takes it if a person agrees.
    ///
    /// @return whether it was taken: the machine is stopped then
    boolean offer(Machines machines, Terminal terminal) throws IOException {
        String name = machine.name().text();
        terminal.note(
                name
                        + " has not come up with "
                        + version
                        + ", to which it was brought from "
                        + before
                        + ". Its personal disk is as it was.");
        if (!terminal.isWatched()
                || !Question.isAnsweredYes(
                        terminal, "Go back to " + before + "?", "nobody can be asked")) {
            terminal.note(
                    "Back: carryall rollback "
                            + name
                            + ". What else it was before an update: carryall history "
                            + name);
            return false;
        }
        if (!isAtRest(machines.status(machine.name()))) {
            var _ = machines.stop(machine.name(), Duration.ZERO);
        }
        Switch came = machines.rollback(machine.name(), UnsavedWork.KEEP_IN_HISTORY);
        terminal.note(SwitchWords.text(machine.name(), before, came));
        return true;
    }

    private static boolean isAtRest(MachineStatus status) {
        return switch (status) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ -> true;
            case MachineStatus.Starting _, MachineStatus.Running _, MachineStatus.Paused _ -> false;
        };
    }
}
