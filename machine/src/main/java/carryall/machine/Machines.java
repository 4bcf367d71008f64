package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import carryall.hypervisor.Ovmf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;

/// The machines of one user: the state directory. Safe for many processes: a keeper holds its
/// machine's lock as long as it lives, and so does a verb that changes a machine.
public final class Machines {
    private static final Duration GLANCE = Duration.ofSeconds(2);
    private static final int GLANCES = 4;
    private static final Duration ENDING = Duration.ofSeconds(10);
    private static final Duration START = Duration.ofSeconds(60);

    /// The folder of a machine that is being made or removed: `.name.uuid`.
    private static final String ASIDE = "\\.[a-z0-9][a-z0-9-]{0,63}\\.[0-9a-f-]{36}";

    private final Path home;

    /// Over a state directory, which need not be there yet.
    ///
    /// @param home the state directory (`~/.local/share/carryall`); made when first needed, mode
    ///   0700
    public Machines(Path home) {
        this.home = home.toAbsolutePath();
    }

    /// The state directory that `CARRYALL_HOME`, `XDG_DATA_HOME` and `HOME` name, in this order.
    public static Path homeOfUser() {
        String own = System.getenv("CARRYALL_HOME");
        if (own != null && !own.isEmpty()) {
            return Path.of(own);
        }
        String data = System.getenv("XDG_DATA_HOME");
        return data != null && data.startsWith("/")
                ? Path.of(data, "carryall")
                : Path.of(System.getProperty("user.home"), ".local", "share", "carryall");
    }

    /// The state directory itself.
    public Path home() {
        return home;
    }

    /// The appliances on this host.
    public Appliances appliances() {
        return new Appliances(home.resolve("appliances"));
    }

    /// How guests are run on this host.
    public Accelerators accelerators() {
        return new Accelerators(home.resolve("accelerator"));
    }

    /// All machines in the order of their names. A damaged one is listed with what is wrong.
    public List<Listed> list() throws MachineException {
        List<MachineName> names = new ArrayList<>();
        Path all = home.resolve("machines");
        if (Files.isDirectory(all)) {
            try (DirectoryStream<Path> folders = Files.newDirectoryStream(all)) {
                for (Path folder : folders) {
                    String name = folder.getFileName().toString();
                    if (name.matches("[a-z0-9][a-z0-9-]{0,63}")) {
                        names.add(new MachineName(name));
                    }
                }
            } catch (IOException failure) {
                throw new MachineException.StateUnusable(all, failure);
            }
        }
        names.sort(Comparator.naturalOrder());
        List<Listed> listed = new ArrayList<>();
        for (MachineName name : names) {
            try {
                listed.add(new Listed.Whole(find(name), status(name)));
            } catch (MachineException damage) {
                listed.add(new Listed.Damaged(name, damage));
            }
        }
        return listed;
    }

    /// A machine as a listing shows it.
    public sealed interface Listed {
        /// One that can be read.
        record Whole(Machine machine, MachineStatus status) implements Listed {}

        /// One whose files are not what they should be.
        record Damaged(MachineName name, MachineException damage) implements Listed {}
    }

    /// The machine of a name.
    ///
    /// @throws MachineException.MachineMissing if there is none
    /// @throws MachineException.MachineDamaged if its file is not what it should be
    public Machine find(MachineName name) throws MachineException {
        Path file = files(name).machine();
        try {
            if (!Files.isDirectory(folder(name))) {
                throw new MachineException.MachineMissing(name);
            }
            Machine machine = MachineText.parseMachine(read(file));
            if (!machine.name().equals(name)) {
                throw new MachineException.MachineDamaged(file, "it names " + machine.name());
            }
            return machine;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.MachineDamaged(file, "it cannot be read");
        } catch (RuntimeException wrong) {
            throw new MachineException.MachineDamaged(file, String.valueOf(wrong.getMessage()));
        }
    }

    private static String read(Path file) throws IOException {
        if (Files.size(file) > 1 << 16) {
            throw new IllegalArgumentException("over 64 KiB long");
        }
        return Files.readString(file, StandardCharsets.UTF_8);
    }

    /// What a machine does at this moment.
    public MachineStatus status(MachineName name) throws MachineException {
        MachineFolder files = files(name);
        long end = System.nanoTime() + ENDING.toNanos();
        for (int look = 1; ; look++) {
            try {
                Optional<MachineFolder.Lock> free = files.tryLock();
                if (free.isPresent()) {
                    free.get().close();
                    return atRest(name, files);
                }
                return new KeeperConnection(name, runtime(name)).status(GLANCE);
            } catch (MachineException.KeeperSilent | MachineException.Refused silent) {
                Optional<MachineStatus.LastRun> run = writtenRun(files);
                if (run.flatMap(MachineStatus.LastRun::ended).isPresent()) {
                    // The keeper only tidies up.
                    return atRest(name, files);
                }
                // A keeper that is silent after QEMU ran has still to write down the end.
                boolean isEnding = run.isPresent() && run.get().reason().equals(Keeper.RUNNING);
                // Another verb may hold the lock for the blink of an eye, only to look.
                if (look > GLANCES && (!isEnding || System.nanoTime() > end)) {
                    return new MachineStatus.Starting();
                }
                rest();
            } catch (MachineException ours) {
                throw ours;
            } catch (IOException failure) {
                throw new MachineException.StateUnusable(files.path(), failure);
            }
        }
    }

    private static MachineStatus atRest(MachineName name, MachineFolder files)
            throws MachineException {
        Optional<Integer> suspended = files.readHead().suspended();
        if (suspended.isEmpty()) {
            return new MachineStatus.Stopped(lastRun(files));
        }
        Instant since;
        try {
            since = new States(name, files).find(suspended.get()).taken();
        } catch (MachineException.StateRefused damaged) {
            // Opening it says so, and boots.
            since = Instant.EPOCH;
        }
        return new MachineStatus.Suspended(suspended.get(), since);
    }

    private static Optional<MachineStatus.LastRun> writtenRun(MachineFolder files) {
        try {
            return Optional.of(MachineText.parseRun(read(files.run())));
        } catch (IOException | RuntimeException neverRunOrUnreadable) {
            return Optional.empty();
        }
    }

    private static Optional<MachineStatus.LastRun> lastRun(MachineFolder files) {
        return writtenRun(files)
                .map(run ->
                        run.ended().isPresent()
                                ? run
                                : new MachineStatus.LastRun(
                                        run.started(),
                                        Optional.empty(),
                                        MachineStatus.Outcome.KEEPER_DIED,
                                        "the keeper was killed, and QEMU with it"));
    }

    /// Makes a machine of an appliance: its folder, an empty scratch, a personal disk from the
    /// template, UEFI's variables if it has UEFI. Nothing is left behind if it fails; what a killed
    /// one left is removed by the next.
    ///
    /// @throws MachineException.NameInUse if there is a machine, or anything else, of that name
    public Machine create(MachineName name, InstalledAppliance appliance, Network granted)
            throws MachineException {
        Path place = folder(name);
        String ownName = name + "." + UUID.randomUUID();
        Path unnamed = place.resolveSibling(".new." + ownName);
        Path beside = place.resolveSibling("." + ownName);
        Appliance description = appliance.description();
        Machine machine =
                new Machine(
                        name,
                        UUID.randomUUID(),
                        appliance.id(),
                        randomMac(),
                        description.memory(),
                        description.cpus(),
                        granted,
                        Instant.now());
        try {
            Files.createDirectories(place.getParent());
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
            if (Files.exists(place)) {
                throw new MachineException.NameInUse(name);
            }
            removeLeftovers(home.resolve("machines"));
            Files.createDirectory(unnamed);
            // Whoever sees the name beside finds the lock held.
            try (MachineFolder.Lock _ = new MachineFolder(unnamed).tryLock().orElseThrow()) {
                Files.move(unnamed, beside, StandardCopyOption.ATOMIC_MOVE);
                MachineFolder files = new MachineFolder(beside);
                Files.createDirectory(files.disks());
                if (description.parts().containsKey(Appliance.Part.PERSONAL)) {
                    Disks.copy(appliance.file(Appliance.Part.PERSONAL), files.personal());
                }
                if (description.firmware() == Firmware.UEFI) {
                    Disks.copy(Ovmf.newVariables(), files.uefiVariables());
                }
                Head.NEW.write(files.head());
                MachineFolder.writeWhole(files.machine(), MachineText.write(machine));
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
            }
            return machine;
        } catch (MachineException ours) {
            throw ours;
        } catch (HypervisorException.FirmwareMissing failure) {
            throw new MachineException.FirmwareMissing(name, failure);
        } catch (IOException failure) {
            if (Files.exists(place)) {
                throw new MachineException.NameInUse(name);
            }
            if (String.valueOf(failure.getMessage()).contains("No space left")) {
                throw new MachineException.DiskFull(place, failure);
            }
            throw new MachineException.StateUnusable(place, failure);
        } finally {
            removeQuietly(unnamed);
            removeQuietly(beside);
        }
    }

    /// Removes what a killed [#create] or [#remove] left.
    private static void removeLeftovers(Path all) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, ".*")) {
            for (Path folder : folders) {
                if (!folder.getFileName().toString().matches(ASIDE)) {
                    continue;
                }
                MachineFolder files = new MachineFolder(folder);
                if (!Files.exists(files.lock())) {
                    removeQuietly(folder);
                    continue;
                }
                Optional<MachineFolder.Lock> unheld = files.tryLock();
                if (unheld.isPresent()) {
                    try (MachineFolder.Lock _ = unheld.get()) {
                        removeQuietly(folder);
                    }
                }
            }
        }
    }

    static void removeQuietly(Path folder) {
        try {
            FileTree.remove(folder);
        } catch (IOException leftForNextTime) {
            // The folder's name starts with a dot: no verb takes it for a machine.
        }
    }

    static MacAddress randomMac() {
        byte[] bytes = new byte[3];
        new SecureRandom().nextBytes(bytes);
        return new MacAddress("52:54:00:%02x:%02x:%02x".formatted(bytes[0], bytes[1], bytes[2]));
    }

    /// Starts a keeper of its own for the machine and waits until the guest runs.
    ///
    /// @param launcher the command that starts a keeper when the machine's name is added
    /// @param steps told of each step in a few words
    public void start(MachineName name, List<String> launcher, Consumer<String> steps)
            throws MachineException {
        find(name);
        MachineFolder files = files(name);
        List<String> command = new ArrayList<>(List.of("setsid", "--fork"));
        command.addAll(launcher);
        command.add(name.text());
        steps.accept("starting the keeper of " + name);
        Instant asked = Instant.now();
        try {
            ProcessBuilder builder = new ProcessBuilder(command);
            builder.environment().put("CARRYALL_HOME", home.toString());
            builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
            builder.redirectErrorStream(true);
            builder.redirectOutput(files.keeperLog().toFile());
            builder.start().waitFor();
            long end = System.nanoTime() + START.toNanos();
            while (System.nanoTime() < end) {
                switch (status(name)) {
                    case MachineStatus.Running _, MachineStatus.Paused _ -> {
                        return;
                    }
                    case MachineStatus.Stopped(Optional<MachineStatus.LastRun> last) -> {
                        if (last.isPresent()
                                && last.get().ended().isPresent()
                                && !last.get().started().isBefore(asked)) {
                            throw new MachineException.StartFailed(name, last.get().reason());
                        }
                    }
                    case MachineStatus.Suspended _, MachineStatus.Starting _ -> {}
                }
                Thread.sleep(20);
            }
            throw new MachineException.StartFailed(name, "nothing heard for " + START);
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.keeperLog(), failure);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new MachineException.StartFailed(name, "interrupted");
        }
    }

    /// Asks the guest to shut down, insists after `patience`, and returns when the keeper has
    /// ended.
    ///
    /// @return how it ended
    public MachineStatus.LastRun stop(MachineName name, Duration patience) throws MachineException {
        connect(name).stop(patience);
        long end = System.nanoTime() + patience.plusSeconds(30).toNanos();
        while (System.nanoTime() < end) {
            if (status(name) instanceof MachineStatus.Stopped(Optional<MachineStatus.LastRun> last)
                    && last.isPresent()) {
                return last.get();
            }
            try {
                Thread.sleep(20);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        throw new MachineException.KeeperSilent(name, "stop");
    }

    /// Saves a running machine and ends it; returns when its keeper has ended.
    ///
    /// @return the state's number
    public int suspend(MachineName name) throws MachineException {
        int state = connect(name).suspend();
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < end) {
            switch (status(name)) {
                case MachineStatus.Suspended _, MachineStatus.Stopped _ -> {
                    return state;
                }
                case MachineStatus.Running _, MachineStatus.Paused _, MachineStatus.Starting _ ->
                        rest();
            }
        }
        throw new MachineException.KeeperSilent(name, "suspend");
    }

    private static void rest() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /// The states of a machine.
    public History history(MachineName name) throws MachineException {
        return new History(this, find(name));
    }

    /// Changes what a stopped machine may reach.
    public Machine grant(MachineName name, Network network) throws MachineException {
        MachineFolder files = files(name);
        Machine before = find(name);
        try (MachineFolder.Lock _ = changing(name)) {
            Machine after =
                    new Machine(
                            before.name(),
                            before.id(),
                            before.appliance(),
                            before.mac(),
                            before.memory(),
                            before.cpus(),
                            network,
                            before.created());
            MachineFolder.writeWhole(files.machine(), MachineText.write(after));
            return after;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.machine(), failure);
        }
    }

    /// Holds a stopped machine while a verb changes it.
    MachineFolder.Lock changing(MachineName name) throws IOException {
        Optional<MachineFolder.Lock> lock = files(name).tryLock();
        if (lock.isEmpty()) {
            throw new MachineException.MachineBusy(name, "its keeper");
        }
        return lock.get();
    }

    /// Removes a stopped machine with its disks.
    public void remove(MachineName name) throws MachineException {
        Path place = folder(name);
        if (!Files.isDirectory(place)) {
            throw new MachineException.MachineMissing(name);
        }
        try (MachineFolder.Lock _ = changing(name)) {
            Path aside = place.resolveSibling("." + name + "." + UUID.randomUUID());
            Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
            FileTree.remove(aside);
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(place, failure);
        }
    }

    /// What can be asked of a running machine.
    ///
    /// @throws MachineException.MachineNotRunning if no keeper holds it
    public KeeperConnection connect(MachineName name) throws MachineException {
        find(name);
        switch (status(name)) {
            case MachineStatus.Stopped _, MachineStatus.Suspended _ ->
                    throw new MachineException.MachineNotRunning(name);
            case MachineStatus.Running _, MachineStatus.Paused _, MachineStatus.Starting _ -> {}
        }
        return new KeeperConnection(name, runtime(name));
    }

    /// The machine's folder: its disks, `machine.json`, `keeper.log`, `console.log`.
    public Path folder(MachineName name) {
        return home.resolve("machines").resolve(name.text());
    }

    MachineFolder files(MachineName name) {
        return new MachineFolder(folder(name));
    }

    RuntimeFolder runtime(MachineName name) {
        return RuntimeFolder.of(folder(name));
    }
}
