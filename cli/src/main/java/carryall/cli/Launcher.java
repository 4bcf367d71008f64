package carryall.cli;

import carryall.hypervisor.Accelerator;
import carryall.machine.Keeper;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// The script that started this process, which also starts keepers.
final class Launcher {
    private Launcher() {}

    /// The command that starts a keeper when a machine's name is added.
    ///
    /// @param wish how the machine is to be opened
    /// @param accelerator the accelerator for this run; empty for the one that a trial chose
    static List<String> keeper(Keeper.Wish wish, Optional<Accelerator> accelerator) {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("carryall.launcher", "carryall"));
        command.add("keep");
        switch (wish) {
            case RESUME -> {}
            case BOOT -> command.add("--cold");
            case CUSTOMISE -> command.add("--customise");
        }
        accelerator.ifPresent(
                wanted -> command.add("--accel=" + wanted.name().toLowerCase(Locale.ROOT)));
        return command;
    }
}
