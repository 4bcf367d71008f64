package carryall.cli;

import java.util.List;

/// The script that started this process, which also starts keepers.
final class Launcher {
    private Launcher() {}

    /// The command that starts a keeper when a machine's name is added.
    static List<String> keeper() {
        return List.of(System.getProperty("carryall.launcher", "carryall"), "keep");
    }
}
