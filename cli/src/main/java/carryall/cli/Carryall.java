package carryall.cli;

import carryall.machine.Machines;
import java.util.List;

/// The command's entry.
public final class Carryall {
    private Carryall() {}

    /// Runs one verb and ends the process with its exit code.
    public static void main(String[] words) {
        Terminal terminal = Terminal.ofProcess();
        int code = new Verbs(new Machines(Machines.homeOfUser()), terminal).run(List.of(words));
        terminal.flush();
        System.exit(code);
    }
}
