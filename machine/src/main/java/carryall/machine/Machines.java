package carryall.machine;

import carryall.appliance.ApplianceException;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Network;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// The machines of one user: the state directory. Safe for many processes: a keeper holds its
/// machine's lock as long as it lives, and so does a verb that changes a machine.
public final class Machines {
    private static final Duration START = Duration.ofSeconds(60);

    /// When what opening needs has still to come; a keeper gives up before if nothing does.
    private static final Duration ARRIVING_START = Duration.ofMinutes(30);

    private static final Duration LONG = Duration.ofSeconds(5);

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

    /// Makes the state directory, if it is not there: its owner's alone.
    public void makeHome() throws MachineException {
        try {
            if (!Files.isDirectory(home)) {
                Files.createDirectories(home);
                Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
            }
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(home, failure);
        }
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
        List<Listed> listed = new ArrayList<>();
        for (MachineName name : names()) {
            try {
                listed.add(new Listed.Whole(find(name), status(name)));
            } catch (MachineException damage) {
                listed.add(new Listed.Damaged(name, damage));
            }
        }
        return listed;
    }

    private List<MachineName> names() throws MachineException {
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
        return names;
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
        MachineFolder files = files(name);
        Machine made = made(name);
        // In this order: a switch names the release in the head before it withdraws it as the next.
        Optional<Digest> next = files.readNext();
        return made.standing(files.readHead().pin(), next);
    }

    /// The machine as it was made, but for what was granted since.
    private Machine made(MachineName name) throws MachineException {
        Path file = files(name).machine();
        if (!Files.isDirectory(folder(name))) {
            throw new MachineException.MachineMissing(name);
        }
        Machine machine = MachineFolder.parse(file, MachineText::parseMachine);
        if (!machine.name().equals(name)) {
            throw new MachineException.MachineDamaged(file, "it names " + machine.name());
        }
        return machine;
    }

    /// What a machine does at this moment.
    public MachineStatus status(MachineName name) throws MachineException {
        return new Glance(name, files(name), runtime(name)).status();
    }

    /// Makes a machine of an appliance: its folder, an empty scratch, a personal disk from the
    /// template, UEFI's variables if it has UEFI. Nothing is left behind if it fails; what a killed
    /// one left is removed by the next.
    ///
    /// @throws MachineException.NameInUse if there is a machine, or anything else, of that name
    public Machine create(MachineName name, InstalledAppliance appliance, Network granted)
            throws MachineException {
        return create(name, appliance, granted, Lifetime.LASTING);
    }

    /// The same, lasting or for one run.
    public Machine create(
            MachineName name, InstalledAppliance appliance, Network granted, Lifetime lifetime)
            throws MachineException {
        removeThrownAway();
        return new NewMachine(this, name, appliance, granted, lifetime).make();
    }

    /// Removes what keepers that were killed left of machines for one run.
    private void removeThrownAway() throws MachineException {
        for (MachineName each : names()) {
            try {
                Machine machine = find(each);
                if (machine.lifetime() == Lifetime.ONE_RUN
                        && status(each) instanceof MachineStatus.Stopped stopped
                        && stopped.lastRun().isPresent()) {
                    remove(each);
                }
            } catch (MachineException damagedOrGone) {
                // Not this one's matter.
            }
        }
    }

    /// Has a process become the machine's keeper, and waits until the guest runs.
    ///
    /// @param keeper started for this machine; still the caller's to close
    /// @param listener told how it gets on
    public void start(KeeperProcess keeper, StartListener listener) throws MachineException {
        MachineName name = keeper.name();
        Machine machine = find(name);
        MachineFolder files = files(name);
        boolean isWhole = isWhole(machine);
        listener.step("starting the keeper of " + name);
        Instant asked = keeper.started();
        try {
            keeper.logTo(files);
            long end = System.nanoTime() + (isWhole ? START : ARRIVING_START).toNanos();
            long told = isWhole ? end : System.nanoTime() + LONG.toNanos();
            while (System.nanoTime() < end) {
                if (System.nanoTime() > told) {
                    listener.step("waiting for what opening " + name + " needs");
                    told = end;
                }
                if (!isWhole && opens(files, asked)) {
                    listener.keeperRuns();
                }
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
                Thread.sleep(keeper.tell() ? 20 : 2);
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

    private static boolean opens(MachineFolder files, Instant asked) {
        try {
            MachineStatus.LastRun run = MachineText.parseRun(MachineFolder.read(files.run()));
            return run.reason().equals(Keeper.OPENING) && !run.started().isBefore(asked);
        } catch (IOException | RuntimeException neverRunYet) {
            return false;
        }
    }

    private boolean isWhole(Machine machine) {
        try {
            return appliances().find(machine.appliance()).isWhole();
        } catch (ApplianceException saidByTheKeeper) {
            return true;
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
            try {
                if (status(name)
                                instanceof
                                MachineStatus.Stopped(Optional<MachineStatus.LastRun> last)
                        && last.isPresent()) {
                    return last.get();
                }
            } catch (MachineException perhapsGone) {
                if (Files.isDirectory(folder(name))) {
                    throw perhapsGone;
                }
                return new MachineStatus.LastRun(
                        Instant.now(),
                        Optional.of(Instant.now()),
                        MachineStatus.Outcome.SHUT_DOWN,
                        "it left nothing");
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

    static void rest() {
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

    /// The folders of the host that a machine was granted.
    public FolderGrants folders(MachineName name) throws MachineException {
        find(name);
        return new FolderGrants(this, name);
    }

    /// What the user changed of a machine's system. A guest that runs is asked; of one that does
    /// not, it is what it last said.
    public Customisations customisations(MachineName name) throws MachineException {
        MachineFolder files = files(name);
        find(name);
        Optional<Customised> customised = files.readHead().customised();
        if (customised.isEmpty()) {
            return new Customisations(false, Optional.empty(), Optional.empty());
        }
        if (status(name) instanceof MachineStatus.Running) {
            connect(name).askChanges();
        }
        try {
            return new Customisations(
                    true,
                    files.changes().read(),
                    customised.get().takeBack().map(Customised.TakeBack::paths));
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.path(), failure);
        }
    }

    /// Changes what a stopped machine may reach.
    public Machine grant(MachineName name, Network network) throws MachineException {
        MachineFolder files = files(name);
        find(name);
        try (MachineFolder.Lock _ = changing(name)) {
            Machine after = made(name).granted(network);
            MachineFolder.writeWhole(files.machine(), MachineText.write(after));
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(files.machine(), failure);
        }
        return find(name);
    }

    /// Switches a machine to another release of its appliance, which must be on this host. The
    /// personal disk stays as it is; the scratch is dropped. What the machine was is kept as a
    /// state, labelled `before` and the release's version. If it fails, nothing was changed but
    /// that the state may be there.
    ///
    /// A machine that runs goes on; the next start from its disks switches it.
    ///
    /// @param release the digest of the appliance's description
    /// @param work what becomes of a suspended machine, whose memory cannot go over
    /// @throws MachineException.WorkUnsaved if it is suspended and `work` is to refuse
    /// @throws MachineException.ReleaseMissing if that release, or the present one, is not here
    /// @throws MachineException.ReleaseUnfit if it has no personal disk, and the machine has one
    public Switch update(MachineName name, Digest release, UnsavedWork work)
            throws MachineException {
        return new Switching(this, name).to(release, work);
    }

    /// Switches a machine back to the release before its last switch, in the same way; a second
    /// time, forth again. The personal disk stays as it is now: the one of that time comes back by
    /// a `restore`.
    ///
    /// @throws MachineException.NeverSwitched if there was no other release
    public Switch rollback(MachineName name, UnsavedWork work) throws MachineException {
        Machine machine = find(name);
        Digest previous =
                machine.previous().orElseThrow(() -> new MachineException.NeverSwitched(name));
        return update(name, previous, work);
    }

    /// The appliances that may not be removed: all that a machine is pinned to, was before, will be
    /// next, or has a state of.
    ///
    /// @throws MachineException.MachineDamaged if a machine's files do not say what it needs
    /// @throws MachineException.StateRefused if a state's file does not
    public Set<Digest> neededAppliances() throws MachineException {
        Set<Digest> needed = new TreeSet<>(Comparator.comparing(Digest::text));
        for (MachineName name : names()) {
            needed.addAll(new Switching(this, name).needed());
        }
        return needed;
    }

    /// The files on a disk of a machine, which must not run.
    public DiskFiles diskFiles(MachineName name, DiskFiles.Which which) {
        return new DiskFiles(this, name, which);
    }

    /// How large a machine's personal disk is, and how full by what was written to it; empty if it
    /// has none, or that cannot be told.
    public Optional<DiskSpace> space(Machine machine) {
        try {
            InstalledAppliance appliance = appliances().find(machine.appliance());
            MachineFolder files = files(machine.name());
            return new MachineDisks(files, appliance)
                    .space(files.readHead().disk(MachineDisks.PERSONAL));
        } catch (IOException damagedOrGone) {
            return Optional.empty();
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
            removeHeld(name);
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(place, failure);
        }
    }

    /// Removes a machine whose lock the caller holds.
    void removeHeld(MachineName name) throws IOException {
        // Of a keeper that was killed; first, for once it is moved the name is free.
        runtime(name).remove();
        Path place = folder(name);
        Path aside = place.resolveSibling("." + name + "." + UUID.randomUUID());
        Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
        FileTree.remove(aside);
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
