package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.folder.Grant;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Boot;
import carryall.hypervisor.Disk;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.Qemu;
import carryall.hypervisor.QemuProgram;
import carryall.hypervisor.Start;
import carryall.hypervisor.VirtualMachine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The process that runs one machine. It holds the machine's lock, starts QEMU as its child,
/// answers on its socket, and writes down how the run ended.
///
/// Threads: the one that called [#keep] waits for QEMU's end; each question on the socket, and the
/// serial console, has one of its own. What they share is [RunningMachine], which is safe for them.
public final class Keeper {
    /// What stands as the reason of a run without an end.
    static final String STARTING = "starting";

    /// What the machine is opened from is there, or is being fetched.
    static final String OPENING = "opening";

    static final String RUNNING = "running";

    private static final Duration LOCK_PATIENCE = Duration.ofSeconds(2);
    private static final Duration SHUT_DOWN_PATIENCE = Duration.ofSeconds(60);
    private static final Duration END_PATIENCE = Duration.ofSeconds(10);

    /// What the user wants when the machine is opened.
    public enum Wish {
        /// The quickest way that is right.
        RESUME,
        /// To boot, whatever was saved.
        BOOT,
        /// To boot with a system that is writable, and keeps what is written.
        CUSTOMISE
    }

    private final Machine machine;
    private final MachineFolder files;
    private final RuntimeFolder runtime;
    private final Path home;
    private final Optional<Accelerator> wanted;
    private final KeeperLog log;
    private final Optional<TouchLog> touches;
    private final Instant started = Instant.now();

    /// Completed when the end of the run is written down, or could not be.
    private final CompletableFuture<Boolean> done = new CompletableFuture<>();

    private Keeper(
            Machine machine,
            MachineFolder files,
            RuntimeFolder runtime,
            Path home,
            Optional<Accelerator> wanted,
            KeeperLog log,
            Optional<TouchLog> touches) {
        this.machine = machine;
        this.files = files;
        this.runtime = runtime;
        this.home = home;
        this.wanted = wanted;
        this.log = log;
        this.touches = touches;
    }

    /// Runs the machine until it ends; this is all that `carryall keep` does.
    ///
    /// @param wish how it is to be opened
    /// @param wanted the accelerator for this run; empty for the one that a trial chose
    /// @param said where each thing that happens is said, a line each: a log, or the terminal
    /// @return how the run ended, as it was also written down
    /// @throws MachineException.MachineBusy if another keeper has the machine
    public static MachineStatus.LastRun keep(
            Machines machines,
            MachineName name,
            Wish wish,
            Optional<Accelerator> wanted,
            PrintStream said)
            throws MachineException {
        return keep(machines, name, wish, wanted, said, Optional.empty());
    }

    /// The same, and notes what of the appliance is read, and in which order.
    public static MachineStatus.LastRun rehearse(
            Machines machines, MachineName name, PrintStream said, TouchLog touches)
            throws MachineException {
        return keep(machines, name, Wish.RESUME, Optional.empty(), said, Optional.of(touches));
    }

    private static MachineStatus.LastRun keep(
            Machines machines,
            MachineName name,
            Wish wish,
            Optional<Accelerator> wanted,
            PrintStream said,
            Optional<TouchLog> touches)
            throws MachineException {
        MachineFolder files = machines.files(name);
        machines.find(name);
        try (MachineFolder.Lock _ = lock(name, files)) {
            KeeperLog log = new KeeperLog(said);
            new Switching(machines, name).atStart(wish, log::say);
            Keeper keeper =
                    new Keeper(
                            machines.find(name),
                            files,
                            machines.runtime(name),
                            machines.home(),
                            wanted,
                            log,
                            touches);
            try {
                MachineStatus.LastRun run = keeper.run(machines, wish);
                MachineFolder.writeWhole(files.run(), MachineText.write(run));
                keeper.log.say(
                        run.outcome().name().toLowerCase(java.util.Locale.ROOT)
                                + ": "
                                + run.reason());
                if (keeper.machine.lifetime() == Lifetime.ONE_RUN
                        && run.outcome() != MachineStatus.Outcome.NEVER_STARTED) {
                    machines.removeHeld(name);
                } else {
                    keeper.settle(machines);
                }
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
            try {
                Thread.sleep(10);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", stop);
            }
        }
        throw new MachineException.MachineBusy(name, "another keeper");
    }

    private MachineStatus.LastRun run(Machines machines, Wish wish) throws IOException {
        write(STARTING);
        runtime.remove();
        try {
            runtime.make();
            return open(machines, wish);
        } catch (IOException failure) {
            return new MachineStatus.LastRun(
                    started,
                    Optional.of(Instant.now()),
                    MachineStatus.Outcome.NEVER_STARTED,
                    String.valueOf(failure.getMessage()).strip());
        } finally {
            runtime.remove();
        }
    }

    /// Writes down how far the run is, as long as it has no end.
    private void write(String stage) throws IOException {
        MachineFolder.writeWhole(
                files.run(),
                MachineText.write(
                        new MachineStatus.LastRun(
                                started,
                                Optional.empty(),
                                MachineStatus.Outcome.KEEPER_DIED,
                                stage)));
    }

    /// Opens the machine in the quickest way that is right; boots it if QEMU does not take a state.
    private MachineStatus.LastRun open(Machines machines, Wish wish) throws IOException {
        InstalledAppliance appliance = machines.appliances().find(machine.appliance());
        QemuProgram program = QemuProgram.find();
        Accelerators.Verdict verdict =
                wanted.isPresent()
                        ? new Accelerators.Verdict(wanted.get(), "as asked")
                        : machines.accelerators().choose();
        log.say("accelerator " + verdict.accelerator() + ": " + verdict.reason());
        MachineDisks disks = new MachineDisks(files, appliance);
        States states = new States(machine.name(), files);
        Fit fit = new Fit(machine, appliance, program.version(), verdict.accelerator());
        try (Parts parts = Parts.open(machines, appliance, runtime, log, program, touches)) {
            write(OPENING);
            DiskPauses pauses = new DiskPauses(log);
            MachineStatus.LastRun run =
                    open(wish, program, verdict, disks, states, fit, parts, pauses);
            while (pauses.isRestart()) {
                log.say("the guest restarts, now from its own kernel");
                // Nothing answers until QEMU runs again.
                write(STARTING);
                parts.await(Appliance.Part.KERNEL);
                parts.await(Appliance.Part.INITRD);
                runtime.remakeJail();
                files.readHead().restarting().write(files.head());
                pauses = new DiskPauses(log);
                run = open(Wish.BOOT, program, verdict, disks, states, fit, parts, pauses);
            }
            return run;
        }
    }

    private MachineStatus.LastRun open(
            Wish wish,
            QemuProgram program,
            Accelerators.Verdict verdict,
            MachineDisks disks,
            States states,
            Fit fit,
            Parts parts,
            DiskPauses pauses)
            throws IOException {
        Head before = files.readHead();
        Head head =
                wish == Wish.CUSTOMISE && before.customised().isEmpty()
                        ? before.with(Optional.of(Customised.begun()))
                        : before;
        disks.seal(head.disks());
        Opening opening = Opening.choose(wish, head, disks, states, fit, parts);
        List<Grant> granted = files.readFolders();
        Begun begun;
        try {
            begun = begin(program, fit, disks, parts, opening, head, pauses);
        } catch (IOException failure) {
            // No guest ran: the machine stands where it stood.
            before.write(files.head());
            throw failure;
        }
        try (Qemu qemu = begun.qemu();
                Console _ = begun.console()) {
            Optional<GuestFolders> folders = folders(fit, qemu, granted);
            Saving saving =
                    new Saving(
                            disks,
                            states,
                            fit,
                            parts,
                            qemu,
                            folders,
                            begun.opening().head(head),
                            begun.opening().memory());
            try {
                states.tidy(saving.head());
                return running(qemu, saving, pauses, verdict, begun.opening(), parts, folders);
            } finally {
                if (folders.isPresent()) {
                    folders.get().close();
                }
            }
        }
    }

    private Optional<GuestFolders> folders(Fit fit, Qemu qemu, List<Grant> granted)
            throws IOException {
        return switch (fit.appliance().description().sharing()) {
            case NONE -> Optional.empty();
            case LINE -> Optional.of(GuestFolders.open(files, home, qemu, log, granted));
        };
    }

    /// Leaves the machine's files in order, once the end of the run is written down.
    private void settle(Machines machines) {
        try {
            Head last = files.readHead();
            InstalledAppliance appliance = machines.appliances().find(machine.appliance());
            new MachineDisks(files, appliance).seal(last.disks());
            new States(machine.name(), files).tidy(last);
        } catch (IOException nextTime) {
            log.say("what is no longer needed stays for now: " + nextTime.getMessage());
        }
    }

    /// A guest that runs, and how it came to.
    private record Begun(Qemu qemu, Console console, Opening opening) {}

    private Begun begin(
            QemuProgram program,
            Fit fit,
            MachineDisks disks,
            Parts parts,
            Opening opening,
            Head head,
            DiskPauses pauses)
            throws IOException {
        try {
            return start(program, fit, disks, parts, opening, head, pauses);
        } catch (HypervisorException refused) {
            if (opening.start() instanceof Start.Boot) {
                throw refused;
            }
            log.say(opening.reason() + " failed: " + refused.getMessage());
            runtime.remakeJail();
            Opening boot =
                    Opening.boot(
                            head, disks, fit, "booting: QEMU did not take the state, see the log");
            return start(program, fit, disks, parts, boot, head, pauses);
        }
    }

    private Begun start(
            QemuProgram program,
            Fit fit,
            MachineDisks disks,
            Parts parts,
            Opening opening,
            Head head,
            DiskPauses pauses)
            throws IOException {
        log.say(opening.reason());
        Head next = opening.head(head);
        next.write(files.head());
        Qemu qemu =
                Qemu.start(
                        program,
                        hardware(
                                fit,
                                disks.disks(opening.disks(), parts),
                                boot(fit, opening, head, parts)),
                        opening.start(),
                        runtime.jail(),
                        pauses);
        try {
            // What the guest says is lost until somebody listens.
            Console console = Console.relay(qemu.consoleSocket(), runtime, files.consoleLog());
            try {
                qemu.goOn();
                for (String serial : opening.plugged()) {
                    qemu.plug(serial);
                }
                return new Begun(qemu, console, opening);
            } catch (HypervisorException failure) {
                console.close();
                throw failure;
            }
        } catch (IOException failure) {
            qemu.close();
            throw failure;
        }
    }

    private VirtualMachine hardware(Fit fit, List<Disk> disks, Boot boot) {
        Appliance description = fit.appliance().description();
        return new VirtualMachine(
                machine.name().text(),
                machine.id(),
                description.profile(),
                description.firmware(),
                description.firmware() == Firmware.UEFI
                        ? Optional.of(files.uefiVariables())
                        : Optional.empty(),
                fit.accelerator(),
                machine.memory(),
                machine.cpus(),
                disks,
                boot,
                machine.mac(),
                machine.network(),
                description.sharing().ports());
    }

    /// The kernel, if there is one. A guest that goes on does not need it before it restarts.
    private static Boot boot(Fit fit, Opening opening, Head head, Parts parts) throws IOException {
        Optional<String> line = fit.appliance().description().kernelCommandLine();
        if (line.isEmpty()) {
            return new Boot.Disk();
        }
        boolean isHere = parts.isHere(Appliance.Part.KERNEL) && parts.isHere(Appliance.Part.INITRD);
        if (opening.start() instanceof Start.Resume && !isHere) {
            return new Boot.Later();
        }
        return new Boot.Kernel(
                parts.file(Appliance.Part.KERNEL),
                parts.file(Appliance.Part.INITRD),
                line.get()
                        + Customised.words(
                                opening.layer(), head.customised(), fit.appliance().id()));
    }

    private MachineStatus.LastRun running(
            Qemu qemu,
            Saving saving,
            DiskPauses pauses,
            Accelerators.Verdict verdict,
            Opening opening,
            Parts parts,
            Optional<GuestFolders> folders)
            throws IOException {
        log.say("QEMU " + qemu.program().version() + " runs as process " + qemu.pid());
        Optional<CustomisedGuest> customised =
                opening.layer() == Customised.Layer.NONE
                        ? Optional.empty()
                        : Optional.of(
                                new CustomisedGuest(opening.layer(), files, qemu, saving, log));
        RunningMachine running =
                new RunningMachine(
                        machine,
                        qemu,
                        saving,
                        pauses,
                        verdict,
                        opening,
                        parts,
                        folders,
                        customised,
                        started,
                        log);
        Thread polite =
                Thread.ofPlatform().name("asked to end").unstarted(() -> endAsAsked(running));
        Runtime.getRuntime().addShutdownHook(polite);
        try (KeeperSocket _ =
                KeeperSocket.listen(runtime.keeperSocket(), new KeeperAnswers(running))) {
            write(RUNNING);
            return running.await();
        } finally {
            try {
                Runtime.getRuntime().removeShutdownHook(polite);
            } catch (IllegalStateException alreadyEnding) {
                // The hook itself brought us here.
            }
        }
    }

    private void endAsAsked(RunningMachine running) {
        log.say("asked to end");
        running.shutDown(SHUT_DOWN_PATIENCE);
        // The process ends with this thread, and the end of the run is to be written down first.
        done.completeOnTimeout(false, END_PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }
}
