package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Switch;

/// How it is said that a machine goes over to another release.
final class SwitchWords {
    private SwitchWords() {}

    static String text(MachineName machine, String version, Switch came) {
        return switch (came) {
            case Switch.Done done ->
                    machine
                            + " opens "
                            + version
                            + " from now on, with the same personal disk. Back: carryall rollback "
                            + machine
                            + ", or all of it: carryall restore "
                            + machine
                            + "@"
                            + done.restorePoint();
            case Switch.AtNextStart _ ->
                    machine + " runs; it opens " + version + " when it is started again.";
            case Switch.Unneeded _ -> machine + " is at " + version + " already.";
        };
    }

    static String json(Switch came) {
        return switch (came) {
            case Switch.Done _ -> "done";
            case Switch.AtNextStart _ -> "at_next_start";
            case Switch.Unneeded _ -> "no";
        };
    }
}
