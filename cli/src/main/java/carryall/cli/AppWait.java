package carryall.cli;

import carryall.machine.KeeperConnection;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.time.Duration;

/// Waits until a machine's app is on its screen.
final class AppWait {
    private AppWait() {}

    /// Waits; the machine goes on if it takes too long or the waiting is interrupted.
    static void until(Machines machines, MachineName name, Terminal terminal, Duration patience)
            throws IOException {
        KeeperConnection keeper = machines.connect(name);
        long begin = System.nanoTime();
        boolean said = false;
        while (true) {
            Duration passed = Duration.ofNanos(System.nanoTime() - begin);
            try {
                if (keeper.appIsUp()) {
                    break;
                }
            } catch (MachineException silent) {
                if (machines.status(name) instanceof MachineStatus.Stopped stopped) {
                    throw new MachineException.StartFailed(
                            name,
                            stopped.lastRun().map(MachineStatus.LastRun::reason).orElse("ended"));
                }
            }
            if (passed.compareTo(patience) > 0) {
                terminal.note("The app is not up after " + Times.text(passed) + "; it may come.");
                return;
            }
            if (terminal.isWatched()) {
                terminal.over("Waiting for the app of " + name + "  " + Times.text(passed));
            } else if (!said) {
                terminal.note("Waiting for the app of " + name + ".");
            }
            said = true;
            try {
                Thread.sleep(500);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        String up =
                "The app is up after " + Times.text(Duration.ofNanos(System.nanoTime() - begin));
        if (terminal.isWatched() && said) {
            terminal.over("");
        }
        terminal.note(up + ".");
    }
}
