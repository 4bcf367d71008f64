package carryall.machine;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// A look at what one machine does, which disturbs neither it nor whoever else looks.
record Glance(MachineName name, MachineFolder files, RuntimeFolder runtime) {
    private static final Duration GLANCE = Duration.ofSeconds(2);
    private static final int GLANCES = 4;
    private static final Duration ENDING = Duration.ofSeconds(10);

    /// What it does at this moment.
    MachineStatus status() throws MachineException {
        long end = System.nanoTime() + ENDING.toNanos();
        for (int look = 1; ; look++) {
            try {
                Optional<MachineFolder.Lock> free = files.tryLock();
                if (free.isPresent()) {
                    free.get().close();
                    return atRest();
                }
                return new KeeperConnection(name, runtime).status(GLANCE);
            } catch (MachineException.KeeperSilent | MachineException.Refused silent) {
                Optional<MachineStatus.LastRun> run = writtenRun();
                if (run.flatMap(MachineStatus.LastRun::ended).isPresent()) {
                    // The keeper only tidies up.
                    return atRest();
                }
                // A keeper that is silent after QEMU ran has still to write down the end.
                boolean isEnding = run.isPresent() && run.get().reason().equals(Keeper.RUNNING);
                // Another verb may hold the lock for the blink of an eye, only to look.
                if (look > GLANCES && (!isEnding || System.nanoTime() > end)) {
                    return new MachineStatus.Starting();
                }
                Machines.rest();
            } catch (MachineException ours) {
                throw ours;
            } catch (IOException failure) {
                throw new MachineException.StateUnusable(files.path(), failure);
            }
        }
    }

    private MachineStatus atRest() throws MachineException {
        Optional<Integer> suspended = files.readHead().suspended();
        if (suspended.isEmpty()) {
            return new MachineStatus.Stopped(lastRun());
        }
        try {
            State state = new States(name, files).find(suspended.get());
            // Of other kinds it is what the user called the state.
            Optional<String> reason =
                    state.kind() == State.Kind.SUSPENDED ? state.label() : Optional.empty();
            return new MachineStatus.Suspended(suspended.get(), state.taken(), reason);
        } catch (MachineException.StateRefused damaged) {
            // Opening it says so, and boots.
            return new MachineStatus.Suspended(suspended.get(), Instant.EPOCH, Optional.empty());
        }
    }

    private Optional<MachineStatus.LastRun> writtenRun() {
        try {
            return Optional.of(MachineText.parseRun(MachineFolder.read(files.run())));
        } catch (IOException | RuntimeException neverRunOrUnreadable) {
            return Optional.empty();
        }
    }

    private Optional<MachineStatus.LastRun> lastRun() {
        return writtenRun()
                .map(run ->
                        run.ended().isPresent()
                                ? run
                                : new MachineStatus.LastRun(
                                        run.started(),
                                        Optional.empty(),
                                        MachineStatus.Outcome.KEEPER_DIED,
                                        "the keeper was killed, and QEMU with it"));
    }
}
