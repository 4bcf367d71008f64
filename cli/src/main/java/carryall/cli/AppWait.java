package carryall.cli;

import carryall.machine.KeeperConnection;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Waits until a machine's app is on its screen.
final class AppWait {
    private static final Duration GLANCE = Duration.ofMillis(500);

    private AppWait() {}

    /// Waits; the machine goes on if it takes too long or the waiting is interrupted.
    ///
    /// @param steady for how long the app must have been up: one that ends at once is not
    /// @return whether the app is up
    static boolean until(
            Machines machines,
            MachineName name,
            Terminal terminal,
            Duration patience,
            Duration steady)
            throws IOException {
        KeeperConnection keeper = machines.connect(name);
        long begin = System.nanoTime();
        if (!terminal.isWatched()) {
            terminal.note("Waiting for the app of " + name + ".");
        }
        // The guest is asked, and waits for its window, aside: the seconds go on being shown.
        FutureTask<Boolean> answer = ask(machines, name, keeper);
        Duration upSince = Duration.ZERO;
        boolean wasUp = false;
        while (true) {
            Duration passed = Duration.ofNanos(System.nanoTime() - begin);
            try {
                boolean isUp = answer.get(GLANCE.toMillis(), TimeUnit.MILLISECONDS);
                upSince = wasUp ? upSince : passed;
                wasUp = isUp;
                if (isUp && passed.minus(upSince).compareTo(steady) >= 0) {
                    break;
                }
                Thread.sleep(GLANCE);
                answer = ask(machines, name, keeper);
            } catch (TimeoutException notYet) {
                // Is told below.
            } catch (ExecutionException failure) {
                throw failure.getCause() instanceof IOException ours
                        ? ours
                        : new IOException(failure.getCause());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return false;
            }
            if (passed.compareTo(patience) > 0) {
                terminal.note("The app is not up after " + Times.text(passed) + "; it may come.");
                return false;
            }
            if (terminal.isWatched()) {
                terminal.over("Waiting for the app of " + name + "  " + Times.text(passed));
            }
        }
        if (terminal.isWatched()) {
            terminal.over("");
        }
        terminal.note("The app is up after " + Times.text(upSince) + ".");
        return true;
    }

    private static FutureTask<Boolean> ask(
            Machines machines, MachineName name, KeeperConnection keeper) {
        FutureTask<Boolean> answer =
                new FutureTask<>(() -> {
                    try {
                        return keeper.appIsUp();
                    } catch (MachineException silent) {
                        if (machines.status(name) instanceof MachineStatus.Stopped stopped) {
                            throw new MachineException.StartFailed(
                                    name,
                                    stopped.lastRun()
                                            .map(MachineStatus.LastRun::reason)
                                            .orElse("ended"));
                        }
                        return false;
                    }
                });
        Thread.ofVirtual().name("is the app up").start(answer);
        return answer;
    }
}
