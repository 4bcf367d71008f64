package carryall.machine;

import carryall.hypervisor.Accelerators;
import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.Qemu;
import carryall.release.Arrival;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A machine while its guest runs: what the keeper does when it is asked. Safe for many threads:
/// [Qemu] is, saves take turns, and the rest is set once.
final class RunningMachine {
    private static final List<String> APP_READY = List.of("/usr/lib/carryall/app-ready");
    private static final Duration GUEST_PATIENCE = Duration.ofSeconds(20);

    /// With the guest's it is less than who asks waits.
    private static final Duration WAKING_PATIENCE = Duration.ofSeconds(8);

    private static final Duration QUIT_PATIENCE = Duration.ofSeconds(10);

    private final Machine machine;
    private final Qemu qemu;
    private final Saving saving;
    private final DiskPauses pauses;
    private final String accelerator;
    private final String opening;
    private final boolean beganWithApp;
    private final Optional<GuestFolders> folders;
    private final Optional<Arrival> arrival;
    private final Instant started;
    private final KeeperLog log;
    private final Optional<CustomisedGuest> customised;

    /// Completed when the end of QEMU is wanted, with why.
    private final CompletableFuture<MachineStatus.LastRun> wanted = new CompletableFuture<>();

    private final CompletableFuture<Boolean> awake = new CompletableFuture<>();

    RunningMachine(
            Machine machine,
            Qemu qemu,
            Saving saving,
            DiskPauses pauses,
            Accelerators.Verdict verdict,
            Opening opening,
            Parts parts,
            Optional<GuestFolders> folders,
            Optional<CustomisedGuest> customised,
            Instant started,
            KeeperLog log) {
        this.machine = machine;
        this.qemu = qemu;
        this.saving = saving;
        this.pauses = pauses;
        this.accelerator = verdict.accelerator() + " (" + verdict.reason() + ")";
        this.opening = opening.reason();
        this.folders = folders;
        this.arrival = parts.arrival();
        this.customised = customised;
        this.started = started;
        this.log = log;
        this.beganWithApp = opening.guest() == Opening.Guest.SLEPT_WITH_APP;
        if (opening.guest() == Opening.Guest.BOOTS) {
            awake.complete(true);
            customised.ifPresent(guest ->
                    Thread.ofVirtual()
                            .name("customisations of " + machine.name())
                            .start(guest::settle));
        } else {
            Thread.ofVirtual().name("waking " + machine.name()).start(this::wake);
        }
        folders.ifPresent(each -> each.begin(awake));
    }

    /// Tells a guest that was resumed the time and who it is.
    private void wake() {
        try {
            GuestAgent.Outcome outcome = Waking.tell(qemu, machine);
            if (outcome.exitCode() == 0) {
                log.say("the guest knows the time and its name");
            } else {
                log.say("the guest could not be told the time: " + outcome.output().strip());
            }
        } catch (IOException noAgent) {
            log.say("the guest was not told the time: " + noAgent.getMessage());
        } finally {
            awake.complete(true);
        }
    }

    MachineStatus status() {
        long self = ProcessHandle.current().pid();
        return pauses.reason()
                .<MachineStatus>map(
                        reason -> new MachineStatus.Paused(self, qemu.pid(), started, reason))
                .orElseGet(() ->
                        new MachineStatus.Running(
                                self,
                                qemu.pid(),
                                started,
                                accelerator,
                                opening,
                                arrival.flatMap(RunningMachine::arriving)));
    }

    private static Optional<MachineStatus.Arriving> arriving(Arrival arrival) {
        return arrival.isComplete()
                ? Optional.empty()
                : Optional.of(
                        new MachineStatus.Arriving(
                                (int) (arrival.share() * 100),
                                arrival.stall().map(Arrival.Stall::reason)));
    }

    void screenshot(Path png) throws IOException {
        qemu.screenshot(png);
    }

    void press(List<String> keys) throws IOException {
        qemu.press(keys.toArray(String[]::new));
    }

    int viewers() throws IOException {
        return qemu.viewers();
    }

    /// Whether the app's window is on the screen, and the guest knows the time; waits some seconds
    /// for it.
    boolean appIsUp() {
        try {
            awake.get(WAKING_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return beganWithApp || qemu.agent().run(APP_READY, GUEST_PATIENCE).exitCode() == 0;
        } catch (IOException | TimeoutException | ExecutionException notUpYet) {
            return false;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// The folders that the guest has.
    ///
    /// @throws MachineException.FoldersForeign if it takes none
    GuestFolders folders() throws MachineException {
        return folders.orElseThrow(() -> new MachineException.FoldersForeign(machine.name()));
    }

    /// Has the guest say what the user changed of its system, which is then in the machine's
    /// folder; does nothing if there are no customisations.
    void askChanges() throws IOException {
        if (customised.isPresent()) {
            customised.get().ask();
        }
    }

    /// How many bytes of memory the save that is under way has gone through.
    long saved() {
        return saving.saved();
    }

    State snapshot(Optional<String> label) throws IOException {
        if (machine.lifetime() == Lifetime.ONE_RUN) {
            throw new MachineException.LeavesNothing(machine.name());
        }
        State state = saving.snapshot(label);
        log.say("state " + state.number() + " is saved; the machine goes on");
        return state;
    }

    /// Saves the machine and ends QEMU; a machine that could not be saved goes on.
    State suspend() throws IOException {
        return suspend(Optional.empty());
    }

    /// The same.
    ///
    /// @param reason why, if nobody asked for it
    State suspend(Optional<String> reason) throws IOException {
        if (machine.lifetime() == Lifetime.ONE_RUN) {
            throw new MachineException.LeavesNothing(machine.name());
        }
        State state = saving.suspend(reason);
        wanted.complete(
                end(
                        MachineStatus.Outcome.SUSPENDED,
                        "suspended as state "
                                + state.number()
                                + reason.map(why -> ": " + why).orElse("")));
        qemu.quit(QUIT_PATIENCE);
        return state;
    }

    /// Asks the guest to shut down and insists after `patience`; returns at once.
    void stop(Duration patience) {
        Thread.ofVirtual().name("stop").start(() -> shutDown(patience));
    }

    /// Asks the guest to shut down, and insists after `patience`.
    void shutDown(Duration patience) {
        try {
            if (qemu.agent().answers(Duration.ofSeconds(2))) {
                if (patience.isPositive()) {
                    customised.ifPresent(CustomisedGuest::askLast);
                }
                qemu.agent().shutdown();
            } else {
                qemu.pressPowerButton();
            }
        } catch (IOException notAsked) {
            log.say("the guest could not be asked: " + notAsked.getMessage());
        }
        try {
            qemu.ended().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException late) {
            wanted.complete(
                    end(
                            MachineStatus.Outcome.FORCED,
                            "the guest did not shut down within " + patience.toSeconds() + " s"));
            qemu.quit(QUIT_PATIENCE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void absorb() {
        try {
            saving.absorb();
        } catch (IOException notNow) {
            log.say("layers were not joined: " + notNow.getMessage());
        }
    }

    /// Waits for the end of QEMU.
    MachineStatus.LastRun await() {
        Thread.ofVirtual().name("joining of layers").start(this::absorb);
        Thread.ofVirtual().name("disk retries").start(() -> pauses.retry(qemu, saving));
        arrival.ifPresent(one ->
                Thread.ofVirtual()
                        .name("offline watch")
                        .start(() -> new OfflineWatch(one, this, log).watch(qemu.ended())));
        Qemu.Ended ended = qemu.ended().join();
        if (wanted.isDone()) {
            return wanted.join();
        }
        return ended.exitCode() == 0
                ? end(MachineStatus.Outcome.SHUT_DOWN, "the guest shut down")
                : end(
                        MachineStatus.Outcome.QEMU_DIED,
                        "QEMU ended with code " + ended.exitCode() + " " + ended.lastWords());
    }

    private MachineStatus.LastRun end(MachineStatus.Outcome outcome, String reason) {
        return new MachineStatus.LastRun(
                started, Optional.of(Instant.now()), outcome, reason.strip());
    }
}
