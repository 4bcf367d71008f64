package carryall.machine;

import carryall.appliance.Appliance;
import carryall.release.Arrival;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// Saves a machine that has waited too long for what is still on the shelf. A guest that waits for
/// its memory cannot be saved, and waits on; one that waits for its disk can, once its read has
/// failed so that it is repeated.
final class OfflineWatch {
    private static final Duration USUAL_PATIENCE = Duration.ofMinutes(5);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofMinutes(2);
    private static final List<Appliance.Part> MEMORIES =
            List.of(Appliance.Part.SESSION_MEMORY, Appliance.Part.APP_MEMORY);

    private final Arrival arrival;
    private final RunningMachine machine;
    private final KeeperLog log;
    private final Duration patience;
    private boolean saidThatItWaits;

    OfflineWatch(Arrival arrival, RunningMachine machine, KeeperLog log) {
        this.arrival = arrival;
        this.machine = machine;
        this.log = log;
        this.patience = patience(System.getenv("CARRYALL_OFFLINE_PATIENCE"));
    }

    /// How long a machine waits: seconds, or five minutes.
    private static Duration patience(String said) {
        return said != null && said.matches("[0-9]{1,7}")
                ? Duration.ofSeconds(Long.parseLong(said))
                : USUAL_PATIENCE;
    }

    /// Looks until QEMU ends or all is here.
    void watch(CompletableFuture<?> ended) {
        Duration pause = LOOK;
        while (!ended.isDone() && !arrival.isComplete()) {
            try {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
                pause = LOOK;
                look();
            } catch (IOException failure) {
                log.say("the machine waits, and could not be saved: " + failure.getMessage());
                pause = AFTER_FAILURE;
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void look() throws IOException {
        Optional<Instant> waiting = arrival.waitingSince();
        Optional<Arrival.Stall> stall = arrival.stall();
        if (waiting.isEmpty() || stall.isEmpty()) {
            saidThatItWaits = false;
            return;
        }
        if (!saidThatItWaits) {
            log.say("the machine waits: " + stall.get().reason());
            saidThatItWaits = true;
        }
        boolean isTooLong = waiting.get().plus(patience).isBefore(Instant.now());
        if (!isTooLong || !isMemoryHere()) {
            return;
        }
        machine.suspend(
                Optional.of("what it needs had not come for " + patience.toSeconds() + " s"));
        log.say("nothing came: " + stall.get().reason());
    }

    private boolean isMemoryHere() throws IOException {
        for (Appliance.Part part : MEMORIES) {
            if (arrival.contains(part) && !arrival.has(part)) {
                return false;
            }
        }
        return true;
    }
}
