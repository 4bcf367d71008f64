package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Boot;
import carryall.hypervisor.Disk;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Qemu;
import carryall.hypervisor.QemuEvent;
import carryall.hypervisor.VirtualMachine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/// The process that runs one machine. It holds the machine's lock, starts QEMU as its child,
/// answers on its socket, and writes down how the run ended.
///
/// Threads: the one that called [#keep] waits for QEMU's end; each question on the socket, and the
/// serial console, has one of its own. What they share is [Qemu], which is safe for them, and the
/// references below.
public final class Keeper {
    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(2);
    private static final Duration QUIT_PATIENCE = Duration.ofSeconds(10);
    private static final Duration RETRY = Duration.ofSeconds(3);

    private final Machine machine;
    private final MachineFolder files;
    private final RuntimeFolder runtime;
    private final Optional<Accelerator> wanted;
    private final PrintStream said;
    private final Instant started = Instant.now();
    private final CompletableFuture<String> insisted = new CompletableFuture<>();

    /// Completed when the end of the run is written down, or could not be.
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    private final AtomicReference<Optional<String>> paused =
            new AtomicReference<>(Optional.empty());

    private Keeper(
            Machine machine,
            MachineFolder files,
            RuntimeFolder runtime,
            Optional<Accelerator> wanted,
            PrintStream said) {
        this.machine = machine;
        this.files = files;
        this.runtime = runtime;
        this.wanted = wanted;
        this.said = said;
    }

    /// Runs the machine until it ends; this is all that `carryall keep` does.
    ///
    /// @param wanted the accelerator for this run; empty for the one that a trial chose
    /// @param said where each thing that happens is said, a line each: a log, or the terminal
    /// @return how the run ended, as it was also written down
    /// @throws MachineException.MachineBusy if another keeper has the machine
    public static MachineStatus.LastRun keep(
            Machines machines, MachineName name, Optional<Accelerator> wanted, PrintStream said)
            throws MachineException {
        MachineFolder files = machines.files(name);
        Machine machine = machines.find(name);
        try (MachineFolder.Lock _ = lock(name, files)) {
            Keeper keeper = new Keeper(machine, files, machines.runtime(name), wanted, said);
            try {
                MachineStatus.LastRun run = keeper.run(machines);
                MachineFolder.writeWhole(files.run(), MachineText.write(run));
                keeper.say(
                        run.outcome().name().toLowerCase(java.util.Locale.ROOT)
                                + ": "
                                + run.reason());
                return run;
            } finally {
                keeper.done.complete(true);
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.path(), failure);
        }
    }

    private static MachineFolder.Lock lock(MachineName name, MachineFolder files)
            throws IOException {
        long end = System.nanoTime() + LOCK_PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            Optional<MachineFolder.Lock> lock = files.tryLock();
            if (lock.isPresent()) {
                return lock.get();
            }
            pause(Duration.ofMillis(10));
        }
        throw new MachineException.MachineBusy(name, "another keeper");
    }

    private MachineStatus.LastRun run(Machines machines) throws IOException {
        MachineFolder.writeWhole(
                files.run(),
                MachineText.write(
                        new MachineStatus.LastRun(
                                started,
                                Optional.empty(),
                                MachineStatus.Outcome.KEEPER_DIED,
                                "running")));
        runtime.remove();
        try {
            runtime.make();
            InstalledAppliance appliance = machines.appliances().find(machine.appliance());
            Accelerators.Verdict verdict =
                    wanted.isPresent()
                            ? new Accelerators.Verdict(wanted.get(), "as asked")
                            : new Accelerators(machines.home().resolve("accelerator")).choose();
            say("accelerator " + verdict.accelerator() + ": " + verdict.reason());
            try (Qemu qemu =
                    Qemu.start(hardware(appliance, verdict), runtime.jail(), this::happened)) {
                return running(qemu, verdict);
            }
        } catch (IOException failure) {
            return over(MachineStatus.Outcome.NEVER_STARTED, String.valueOf(failure.getMessage()));
        } finally {
            runtime.remove();
        }
    }

    private VirtualMachine hardware(InstalledAppliance appliance, Accelerators.Verdict verdict)
            throws MachineException {
        Appliance description = appliance.description();
        List<Disk> disks = new ArrayList<>();
        disks.add(
                new Disk(
                        "system",
                        present(files.scratch()),
                        Disk.Format.QCOW2,
                        Optional.of(present(appliance.file(Appliance.Part.SYSTEM)))));
        if (description.parts().containsKey(Appliance.Part.PERSONAL)) {
            disks.add(
                    new Disk(
                            "personal",
                            present(files.personal()),
                            Disk.Format.RAW,
                            Optional.empty()));
        }
        Boot boot =
                description
                        .kernelCommandLine()
                        .<Boot>map(line ->
                                new Boot.Kernel(
                                        appliance.file(Appliance.Part.KERNEL),
                                        appliance.file(Appliance.Part.INITRD),
                                        line))
                        .orElseGet(Boot.Disk::new);
        return new VirtualMachine(
                machine.name().text(),
                machine.id(),
                description.profile(),
                description.firmware(),
                description.firmware() == Firmware.UEFI
                        ? Optional.of(present(files.uefiVariables()))
                        : Optional.empty(),
                verdict.accelerator(),
                machine.memory(),
                machine.cpus(),
                disks,
                boot,
                machine.mac(),
                machine.network());
    }

    private static Path present(Path disk) throws MachineException {
        if (!Files.isRegularFile(disk)) {
            throw new MachineException.MachineDamaged(disk, "it is not there");
        }
        return disk;
    }

    private MachineStatus.LastRun running(Qemu qemu, Accelerators.Verdict verdict)
            throws IOException {
        say("QEMU " + qemu.version() + " runs as process " + qemu.pid());
        Thread polite = Thread.ofPlatform().name("asked to end").unstarted(() -> endAsAsked(qemu));
        Runtime.getRuntime().addShutdownHook(polite);
        try (Console _ = Console.relay(qemu.consoleSocket(), runtime, files.consoleLog());
                KeeperSocket _ =
                        KeeperSocket.listen(
                                runtime.keeperSocket(),
                                new KeeperAnswers(this::status, this::stop, qemu, verdict))) {
            Thread.ofVirtual().name("disk retries").start(() -> retry(qemu));
            Qemu.Ended ended = qemu.ended().join();
            if (insisted.isDone()) {
                return over(MachineStatus.Outcome.FORCED, insisted.join());
            }
            return ended.exitCode() == 0
                    ? over(MachineStatus.Outcome.SHUT_DOWN, "the guest shut down")
                    : over(
                            MachineStatus.Outcome.QEMU_DIED,
                            "QEMU ended with code " + ended.exitCode() + " " + ended.lastWords());
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(polite);
            } catch (IllegalStateException alreadyEnding) {
                // The hook itself brought us here.
            }
        }
    }

    private MachineStatus.LastRun over(MachineStatus.Outcome outcome, String reason) {
        return new MachineStatus.LastRun(
                started, Optional.of(Instant.now()), outcome, reason.strip());
    }

    private void happened(QemuEvent event) {
        switch (event) {
            case QemuEvent.ShutDown(String reason) -> say("the guest shuts down: " + reason);
            case QemuEvent.Reset() -> say("the guest restarts");
            case QemuEvent.WentOn() -> paused.set(Optional.empty());
            case QemuEvent.DiskPaused(String disk, boolean full, String reason) -> {
                String words =
                        "disk " + disk + (full ? ": no space is left on the host" : ": " + reason);
                paused.set(Optional.of(words));
                say("paused: " + words);
            }
        }
    }

    /// Repeats the request that a pause was for, until it succeeds.
    private void retry(Qemu qemu) {
        while (!qemu.ended().isDone()) {
            try {
                pause(RETRY);
                if (paused.get().isPresent()) {
                    qemu.goOn();
                }
            } catch (IOException notYet) {
                say("still paused: " + notYet.getMessage());
            }
        }
    }

    private MachineStatus status(Qemu qemu, Accelerators.Verdict verdict) {
        long self = ProcessHandle.current().pid();
        return paused.get()
                .<MachineStatus>map(
                        reason -> new MachineStatus.Paused(self, qemu.pid(), started, reason))
                .orElseGet(() ->
                        new MachineStatus.Running(
                                self,
                                qemu.pid(),
                                started,
                                verdict.accelerator() + " (" + verdict.reason() + ")"));
    }

    private void stop(Qemu qemu, Duration patience) {
        Thread.ofVirtual().name("stop").start(() -> shutDown(qemu, patience));
    }

    private void endAsAsked(Qemu qemu) {
        say("asked to end");
        shutDown(qemu, Duration.ofSeconds(60));
        // The process ends with this thread, and the end of the run is to be written down first.
        done.completeOnTimeout(
                        false, QUIT_PATIENCE.toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .join();
    }

    private void shutDown(Qemu qemu, Duration patience) {
        try {
            if (qemu.agent().answers(Duration.ofSeconds(2))) {
                qemu.agent().shutdown();
            } else {
                qemu.pressPowerButton();
            }
        } catch (IOException notAsked) {
            say("the guest could not be asked: " + notAsked.getMessage());
        }
        try {
            qemu.ended().get(patience.toMillis(), java.util.concurrent.TimeUnit.MILLISECONDS);
        } catch (java.util.concurrent.TimeoutException
                | java.util.concurrent.ExecutionException late) {
            insisted.complete("the guest did not shut down within " + patience.toSeconds() + " s");
            qemu.quit(QUIT_PATIENCE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(Duration time) throws IOException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    private void say(String line) {
        said.println(Instant.now().truncatedTo(java.time.temporal.ChronoUnit.MILLIS) + " " + line);
        said.flush();
    }
}
