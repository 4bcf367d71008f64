package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.MemoryIndex;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.Accelerator;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.hypervisor.QemuProgram;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine goes over to another release of its appliance, and back.
final class SwitchTest {
    private static final MachineName PLANS = new MachineName("plans");
    private static final ByteSize MEMORY = ByteSize.mebibytes(64);
    private static final Set<Appliance.Part> DISKS =
            Set.of(Appliance.Part.SYSTEM, Appliance.Part.PERSONAL);
    private static final QemuProgram.Version QEMU = QemuProgram.Version.parse("7.2.22");
    private static final Layer.Own SCRATCH = new Layer.Own("system-1.qcow2");
    private static final Layer.Own WORK = new Layer.Own("personal-1.qcow2");

    @TempDir private Path temp;
    private Machines machines = new Machines(Path.of(""));

    @BeforeEach
    void over() {
        machines = new Machines(temp.resolve("home"));
    }

    private InstalledAppliance release(String version, ByteSize memory, Set<Appliance.Part> kinds)
            throws IOException {
        try (BuildFolder folder = machines.appliances().newFolder(left -> {})) {
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part : kinds) {
                Path file = folder.path().resolve(part.fileName());
                write(file, part, part + " of " + version, memory);
                parts.put(
                        part,
                        new Appliance.Content(new ByteSize(Files.size(file)), Digest.of(file)));
            }
            return machines.appliances()
                    .add(
                            folder,
                            new Appliance(
                                    ApplianceName.parse("acme/app"),
                                    version,
                                    "App",
                                    "",
                                    Profile.MODERN,
                                    Firmware.BIOS,
                                    memory,
                                    2,
                                    Network.NONE,
                                    Scratch.KEEP,
                                    Sharing.NONE,
                                    List.of(),
                                    Optional.empty(),
                                    Digest.of(new byte[0]),
                                    kinds.contains(Appliance.Part.SESSION_MEMORY)
                                            ? Optional.of(new Appliance.Warm(QEMU, Accelerator.TCG))
                                            : Optional.empty(),
                                    parts));
        }
    }

    private static void write(Path file, Appliance.Part part, String words, ByteSize memory)
            throws IOException {
        switch (part) {
            case SESSION_INDEX, APP_INDEX ->
                    new MemoryIndex((int) (memory.bytes() / 4096), List.of()).write(file);
            case SESSION_MEMORY, APP_MEMORY -> {
                try (RandomAccessFile holes = new RandomAccessFile(file.toFile(), "rw")) {
                    holes.setLength(memory.bytes());
                }
            }
            default -> Files.writeString(file, words);
        }
    }

    private Digest release(String version) throws IOException {
        return release(version, MEMORY, DISKS).id();
    }

    /// A machine that ran: both its disks were written to.
    private Digest used() throws IOException {
        InstalledAppliance made = release("1", MEMORY, DISKS);
        machines.create(PLANS, made, Network.NONE);
        MachineFolder files = machines.files(PLANS);
        Files.writeString(files.disks().resolve(SCRATCH.fileName()), "scratch");
        Files.writeString(files.disks().resolve(WORK.fileName()), "work");
        files.readHead()
                .running(
                        Map.of(
                                MachineDisks.SYSTEM,
                                new Layers(List.of(), Optional.of(SCRATCH)),
                                MachineDisks.PERSONAL,
                                new Layers(List.of(), Optional.of(WORK))),
                        Optional.empty())
                .write(files.head());
        return made.id();
    }

    /// A machine that lies in state 1, memory and all.
    private Digest suspended() throws IOException {
        Digest made = used();
        MachineFolder files = machines.files(PLANS);
        InstalledAppliance appliance = machines.appliances().find(made);
        Digest any = Digest.of(new byte[0]);
        Map<String, Layers> frozen =
                Map.of(
                        MachineDisks.SYSTEM,
                        new Layers(List.of(SCRATCH), Optional.empty()),
                        MachineDisks.PERSONAL,
                        new Layers(List.of(WORK), Optional.empty()));
        States states = new States(PLANS, files);
        states.complete(
                states.begin(1),
                new State(
                        1,
                        State.Kind.SUSPENDED,
                        Optional.empty(),
                        Optional.empty(),
                        Instant.EPOCH,
                        Fit.hardware(machines.find(PLANS), appliance),
                        Optional.of(
                                new State.Memory(
                                        QEMU,
                                        Accelerator.TCG,
                                        Optional.empty(),
                                        any,
                                        List.of(),
                                        any)),
                        new MachineDisks(files, appliance).content(frozen),
                        false,
                        new ByteSize(0)));
        files.readHead().asleep(1, frozen).write(files.head());
        return made;
    }

    private Head head() throws IOException {
        return machines.files(PLANS).readHead();
    }

    private State state(int number) throws IOException {
        return new States(PLANS, machines.files(PLANS)).find(number);
    }

    /// What a keeper does before it opens the machine.
    private List<String> start(Keeper.Wish wish) throws IOException {
        List<String> said = new ArrayList<>();
        new Switching(machines, PLANS).atStart(wish, said::add);
        return said;
    }

    private Switch updateWhileItRuns(Digest release) throws IOException {
        try (MachineFolder.Lock _ = machines.files(PLANS).tryLock().orElseThrow()) {
            return machines.update(PLANS, release, UnsavedWork.REFUSE);
        }
    }

    @Test
    void aStoppedMachineGoesOverWithItsPersonalDiskAndWithoutItsScratch() throws IOException {
        Digest first = used();
        Digest second = release("2");
        assertThat(machines.update(PLANS, second, UnsavedWork.REFUSE))
                .isEqualTo(new Switch.Done(first, second, 1));
        Machine machine = machines.find(PLANS);
        assertThat(machine.appliance()).isEqualTo(second);
        assertThat(machine.previous()).contains(first);
        assertThat(machine.origin()).isEqualTo(first);
        assertThat(head().disks())
                .isEqualTo(
                        Map.of(MachineDisks.PERSONAL, new Layers(List.of(WORK), Optional.empty())));
        new States(PLANS, machines.files(PLANS)).tidy(head());
        assertThat(machines.files(PLANS).disks().resolve(WORK.fileName())).hasContent("work");
        assertThat(machines.files(PLANS).personal()).hasContent("PERSONAL of 1");
        assertThat(machines.grant(PLANS, Network.INTERNET).appliance()).isEqualTo(second);
    }

    @Test
    void whatTheMachineWasIsKeptAndRestoredWithItsRelease() throws IOException {
        Digest first = used();
        Digest second = release("2");
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        assertThat(state(1).label()).contains("before 2");
        assertThat(state(1).kind()).isEqualTo(State.Kind.REPLACED);
        assertThat(machines.history(PLANS).restore(1)).isEqualTo(2);
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(machines.find(PLANS).previous()).contains(second);
        assertThat(head().disk(MachineDisks.SYSTEM).all()).containsExactly(SCRATCH);
        machines.history(PLANS).restore(2);
        assertThat(machines.find(PLANS).appliance()).isEqualTo(second);
        assertThat(head().disk(MachineDisks.SYSTEM).all()).isEmpty();
    }

    @Test
    void aResetTakesTheSystemBackAndCanItselfBeTakenBack() throws IOException {
        Digest made = suspended();
        assertThat(machines.history(PLANS).reset()).isEqualTo(1);
        assertThat(head().suspended()).isEmpty();
        assertThat(head().disks())
                .isEqualTo(
                        Map.of(MachineDisks.PERSONAL, new Layers(List.of(WORK), Optional.empty())));
        assertThat(machines.find(PLANS).appliance()).isEqualTo(made);
        new States(PLANS, machines.files(PLANS)).tidy(head());
        assertThat(machines.files(PLANS).disks().resolve(SCRATCH.fileName())).hasContent("scratch");
        assertThat(state(1).label()).contains("before the reset");
        machines.history(PLANS).restore(1);
        assertThat(head().suspended()).contains(1);
        assertThat(head().disk(MachineDisks.SYSTEM).all()).containsExactly(SCRATCH);
    }

    @Test
    void aStartDropsTheScratchOnlyOfAnApplianceThatSaysSo() throws IOException {
        used();
        assertThat(head().disksAtStart(Scratch.KEEP)).isEqualTo(head().disks());
        assertThat(head().disksAtStart(Scratch.DROP))
                .isEqualTo(Map.of(MachineDisks.PERSONAL, new Layers(List.of(), Optional.of(WORK))));
    }

    @Test
    void aSystemThatWasPutBackStaysForTheNextStart() throws IOException {
        used();
        machines.history(PLANS).reset();
        machines.history(PLANS).restore(1);
        assertThat(head().suspended()).isEmpty();
        assertThat(head().disk(MachineDisks.SYSTEM).all()).containsExactly(SCRATCH);
        assertThat(head().disksAtStart(Scratch.DROP)).isEqualTo(head().disks());
        // To keep it once more changes nothing of that.
        machines.history(PLANS).keep(Optional.empty());
        assertThat(Head.read(machines.files(PLANS).head())).isEqualTo(head());
        assertThat(head().disksAtStart(Scratch.DROP)).isEqualTo(head().disks());
        Machine copy = machines.history(PLANS).copy(1, new MachineName("copy"));
        assertThat(machines.files(copy.name()).readHead().disksAtStart(Scratch.DROP))
                .containsKey(MachineDisks.SYSTEM);
        // What that start writes goes with it.
        Head ran = head().running(head().disks(), head().parent());
        assertThat(ran.disksAtStart(Scratch.DROP)).doesNotContainKey(MachineDisks.SYSTEM);
        assertThat(ran.restarting().disksAtStart(Scratch.DROP)).isEqualTo(ran.disks());
    }

    @Test
    void aSuspendedMachineThatBootsInsteadKeepsItsSystem() throws IOException {
        suspended();
        assertThat(head().disksAtStart(Scratch.DROP)).isEqualTo(head().disks());
    }

    @Test
    void whatAKilledKeeperLeftOfAMachineForOneRunIsRemovedByTheNext() throws IOException {
        InstalledAppliance made = release("1", MEMORY, DISKS);
        MachineName once = new MachineName("once");
        machines.create(once, made, Network.NONE, Lifetime.ONE_RUN);
        machines.create(PLANS, made, Network.NONE);
        // It has not run yet.
        assertThat(machines.find(once).lifetime()).isEqualTo(Lifetime.ONE_RUN);
        MachineFolder.writeWhole(
                machines.files(once).run(),
                MachineText.write(
                        new MachineStatus.LastRun(
                                Instant.EPOCH,
                                Optional.empty(),
                                MachineStatus.Outcome.KEEPER_DIED,
                                Keeper.RUNNING)));
        machines.create(new MachineName("other"), made, Network.NONE);
        assertThat(machines.list()).hasSize(2);
        assertThat(machines.folder(once)).doesNotExist();
    }

    @Test
    void aStateThatNoHeadNamesYetTakesNoLaterOnesNumber() throws IOException {
        Digest first = used();
        Digest second = release("2");
        byte[] before = Files.readAllBytes(machines.files(PLANS).head());
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        // As if it had been killed with the state complete and the head not written.
        Files.write(machines.files(PLANS).head(), before);
        assertThat(machines.update(PLANS, second, UnsavedWork.REFUSE))
                .isEqualTo(new Switch.Done(first, second, 2));
        assertThat(state(1).label()).contains("before 2");
    }

    @Test
    void aSuspendedMachineIsRefusedAndStaysAsItIs() throws IOException {
        suspended();
        Head before = head();
        Digest second = release("2");
        assertThatThrownBy(() -> machines.update(PLANS, second, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.WorkUnsaved.class)
                .hasMessage("plans is suspended, and what is open in its state 1 would end");
        assertThat(head()).isEqualTo(before);
        assertThat(state(1).kind()).isEqualTo(State.Kind.SUSPENDED);
        assertThat(machines.find(PLANS).next()).isEmpty();
    }

    @Test
    void theStateThatItLiesInStaysInTheHistoryIfTheUserSaysSo() throws IOException {
        Digest first = suspended();
        Digest second = release("2");
        assertThat(machines.update(PLANS, second, UnsavedWork.KEEP_IN_HISTORY))
                .isEqualTo(new Switch.Done(first, second, 1));
        assertThat(machines.status(PLANS)).isInstanceOf(MachineStatus.Stopped.class);
        assertThat(head().disks()).containsOnlyKeys(MachineDisks.PERSONAL);
        assertThat(head().disk(MachineDisks.PERSONAL).all()).containsExactly(WORK);
        assertThat(state(1).kind()).isEqualTo(State.Kind.REPLACED);
        assertThat(state(1).label()).contains("before 2");
        new States(PLANS, machines.files(PLANS)).tidy(head());
        machines.history(PLANS).restore(1);
        assertThat(machines.status(PLANS))
                .isEqualTo(new MachineStatus.Suspended(1, Instant.EPOCH, Optional.empty()));
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
    }

    @Test
    void aLabelOfTheUsersStays() throws IOException {
        suspended();
        machines.history(PLANS).keep(Optional.of("mine"));
        machines.update(PLANS, release("2"), UnsavedWork.KEEP_IN_HISTORY);
        assertThat(state(1).label()).contains("mine");
        assertThat(state(1).kind()).isEqualTo(State.Kind.SNAPSHOT);
    }

    @Test
    void aRunningMachineIsSwitchedByItsNextStart() throws IOException {
        Digest first = used();
        Digest second = release("2");
        assertThat(updateWhileItRuns(second)).isEqualTo(new Switch.AtNextStart(first, second));
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(machines.find(PLANS).next()).contains(second);
        assertThat(head().lastState()).isZero();
        assertThat(start(Keeper.Wish.RESUME)).containsExactly("switched to release 2");
        assertThat(machines.find(PLANS).appliance()).isEqualTo(second);
        assertThat(machines.find(PLANS).previous()).contains(first);
        assertThat(state(1).label()).contains("before 2");
        assertThat(machines.files(PLANS).next()).doesNotExist();
        assertThat(start(Keeper.Wish.RESUME)).isEmpty();
    }

    @Test
    void aResumeGoesOnWithTheOldReleaseAndTheNextWaits() throws IOException {
        Digest first = suspended();
        Digest second = release("2");
        updateWhileItRuns(second);
        assertThat(start(Keeper.Wish.RESUME)).isEmpty();
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(machines.find(PLANS).next()).contains(second);
        assertThat(start(Keeper.Wish.BOOT)).containsExactly("switched to release 2");
        assertThat(machines.find(PLANS).appliance()).isEqualTo(second);
        assertThat(state(1).memory()).isPresent();
        assertThat(state(1).kind()).isEqualTo(State.Kind.REPLACED);
    }

    @Test
    void whatWasAskedLastCounts() throws IOException {
        Digest first = used();
        Digest second = release("2");
        Digest third = release("3");
        updateWhileItRuns(second);
        updateWhileItRuns(third);
        assertThat(machines.find(PLANS).next()).contains(third);
        assertThat(updateWhileItRuns(first)).isEqualTo(new Switch.Unneeded(first));
        assertThat(machines.find(PLANS).next()).isEmpty();
        updateWhileItRuns(third);
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        assertThat(machines.find(PLANS).next()).isEmpty();
        updateWhileItRuns(third);
        machines.history(PLANS).restore(1);
        assertThat(machines.find(PLANS).next()).isEmpty();
    }

    @Test
    void aReleaseThatIsGoneLeavesTheNextStartWithTheOld() throws IOException {
        Digest first = used();
        Digest second = release("2");
        updateWhileItRuns(second);
        machines.appliances().remove(second);
        assertThat(start(Keeper.Wish.RESUME))
                .containsExactly(
                        "not switched to the next release: plans needs the release "
                                + second
                                + ", which is not on this host");
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(machines.find(PLANS).next()).contains(second);
    }

    @Test
    void aRollbackGoesBackWithThePersonalDiskOfNowAndASecondOneForthAgain() throws IOException {
        Digest first = used();
        assertThatThrownBy(() -> machines.rollback(PLANS, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.NeverSwitched.class);
        Digest second = release("2");
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        Layer.Own later = new Layer.Own("personal-2.qcow2");
        MachineFolder files = machines.files(PLANS);
        Files.writeString(files.disks().resolve(later.fileName()), "later");
        Layers now = head().disk(MachineDisks.PERSONAL).under(later);
        head().running(Map.of(MachineDisks.PERSONAL, now), head().parent()).write(files.head());
        assertThat(machines.rollback(PLANS, UnsavedWork.REFUSE))
                .isEqualTo(new Switch.Done(second, first, 2));
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(head().disks()).containsOnlyKeys(MachineDisks.PERSONAL);
        assertThat(head().disk(MachineDisks.PERSONAL).all()).containsExactly(WORK, later);
        assertThat(state(2).label()).contains("before 1");
        machines.rollback(PLANS, UnsavedWork.REFUSE);
        assertThat(machines.find(PLANS).appliance()).isEqualTo(second);
    }

    @Test
    void theHardwareThatAReleaseAsksForGoesWithIt() throws IOException {
        Digest first = used();
        ByteSize more = ByteSize.mebibytes(128);
        Digest second = release("2", more, DISKS).id();
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        assertThat(machines.find(PLANS).memory()).isEqualTo(more);
        machines.history(PLANS).restore(1);
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(machines.find(PLANS).memory()).isEqualTo(MEMORY);
    }

    @Test
    void aReleaseThatIsMissingOrHasNoPersonalDiskIsRefused() throws IOException {
        used();
        Head before = head();
        Digest bare = release("2", MEMORY, Set.of(Appliance.Part.SYSTEM)).id();
        assertThatThrownBy(() -> machines.update(PLANS, bare, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.ReleaseUnfit.class)
                .hasMessage("plans cannot go over to 2: it has no personal disk");
        Digest nowhere = Digest.of(new byte[1]);
        assertThatThrownBy(() -> machines.update(PLANS, nowhere, UnsavedWork.REFUSE))
                .isInstanceOf(MachineException.ReleaseMissing.class);
        assertThatThrownBy(() -> updateWhileItRuns(nowhere))
                .isInstanceOf(MachineException.ReleaseMissing.class);
        assertThat(head()).isEqualTo(before);
        assertThat(machines.find(PLANS).next()).isEmpty();
    }

    @Test
    void aPersonalDiskThatTheMachineHasNotComesFromTheRelease() throws IOException {
        machines.create(PLANS, release("1", MEMORY, Set.of(Appliance.Part.SYSTEM)), Network.NONE);
        machines.update(PLANS, release("2"), UnsavedWork.REFUSE);
        assertThat(machines.files(PLANS).personal()).hasContent("PERSONAL of 2");
    }

    @Test
    void aStateWhoseReleaseIsGoneIsNotRestored() throws IOException {
        Digest first = used();
        machines.update(PLANS, release("2"), UnsavedWork.REFUSE);
        machines.appliances().remove(first);
        Head before = head();
        assertThatThrownBy(() -> machines.history(PLANS).restore(1))
                .isInstanceOf(MachineException.ReleaseMissing.class)
                .hasMessageContaining(first.text());
        MachineName other = new MachineName("other");
        assertThatThrownBy(() -> machines.history(PLANS).copy(1, other))
                .isInstanceOf(MachineException.ReleaseMissing.class);
        assertThat(head()).isEqualTo(before);
        assertThat(machines.list()).hasSize(1);
    }

    @Test
    void aMachineMadeOfAStateIsOfTheStatesRelease() throws IOException {
        Digest first = used();
        Digest second = release("2", ByteSize.mebibytes(128), DISKS).id();
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        machines.history(PLANS).keep(Optional.empty());
        for (var expected : Map.of(1, first, 2, second).entrySet()) {
            MachineName name = new MachineName("copy-" + expected.getKey());
            Machine copy = machines.history(PLANS).copy(expected.getKey(), name);
            assertThat(machines.find(name)).isEqualTo(copy);
            assertThat(copy.appliance()).isEqualTo(expected.getValue());
            assertThat(copy.memory()).isEqualTo(state(expected.getKey()).hardware().memory());
            assertThat(copy.origin()).isEqualTo(first);
            assertThat(copy.previous()).isEmpty();
        }
    }

    @Test
    void whatAnyMachineMayBeOpenedWithIsNeeded() throws IOException {
        Digest first = used();
        List<Digest> digests = new ArrayList<>(List.of(first));
        for (String version : List.of("2", "3", "4", "5")) {
            digests.add(release(version));
        }
        assertThat(machines.neededAppliances()).containsExactly(first);
        machines.update(PLANS, digests.get(1), UnsavedWork.REFUSE);
        machines.update(PLANS, digests.get(2), UnsavedWork.REFUSE);
        updateWhileItRuns(digests.get(3));
        assertThat(machines.neededAppliances())
                .containsExactlyInAnyOrderElementsOf(digests.subList(0, 4));
        Files.writeString(machines.files(PLANS).states().resolve("1/state.json"), "rubbish");
        assertThatThrownBy(machines::neededAppliances)
                .isInstanceOf(MachineException.StateRefused.class);
        machines.remove(PLANS);
        assertThat(machines.neededAppliances()).isEmpty();
    }

    @Test
    void aSwitchThatWasKilledBeforeTheHeadChangedIsNoSwitch() throws IOException {
        Digest first = used();
        Head before = head();
        Digest second = release("2");
        // All that comes before the head is replaced.
        new History(machines, machines.find(PLANS)).replace(Optional.of("before 2"));
        assertThat(machines.find(PLANS).appliance()).isEqualTo(first);
        assertThat(head().disk(MachineDisks.SYSTEM).all())
                .isEqualTo(before.disk(MachineDisks.SYSTEM).all());
        assertThat(machines.update(PLANS, second, UnsavedWork.REFUSE))
                .isEqualTo(new Switch.Done(first, second, 2));
    }

    @Test
    void aSwitchThatWasKilledAfterTheHeadChangedIsNotMadeTwice() throws IOException {
        used();
        Digest second = release("2");
        machines.update(PLANS, second, UnsavedWork.REFUSE);
        Files.writeString(machines.files(PLANS).next(), MachineText.writeNext(second));
        assertThat(machines.find(PLANS).next()).isEmpty();
        assertThat(start(Keeper.Wish.RESUME)).isEmpty();
        assertThat(head().lastState()).isEqualTo(1);
    }

    @Test
    void aDamagedNextIsSaid() throws IOException {
        used();
        Files.writeString(machines.files(PLANS).next(), "{}");
        assertThatThrownBy(() -> machines.find(PLANS))
                .isInstanceOf(MachineException.MachineDamaged.class)
                .hasMessageContaining("next.json");
    }

    @Test
    void thePinIsWrittenAsItsFormatSays() throws IOException {
        Pin pin =
                new Pin(
                        new Digest("sha256:" + "b".repeat(64)),
                        MEMORY,
                        2,
                        Optional.of(new Digest("sha256:" + "a".repeat(64))));
        Head head =
                new Head(
                        Optional.of(pin),
                        1,
                        Optional.empty(),
                        Optional.of(1),
                        Map.of(),
                        false,
                        Optional.empty());
        Path file = temp.resolve("head.json");
        head.write(file);
        assertThat(Files.readAllLines(file).getFirst())
                .isEqualTo(
                        "{\"format\":1,\"pin\":{\"appliance\":\"sha256:"
                                + "b".repeat(64)
                                + "\",\"memoryBytes\":67108864,\"cpus\":2,\"previous\":\"sha256:"
                                + "a".repeat(64)
                                + "\"},\"lastState\":1,\"parent\":1,\"disks\":{}}");
        assertThat(Head.read(file)).isEqualTo(head);
    }

    /// How a machine that was never written to is opened.
    private String opening(InstalledAppliance appliance) throws IOException {
        MachineFolder files = machines.files(PLANS);
        Fit fit = new Fit(machines.find(PLANS), appliance, QEMU, Accelerator.TCG);
        QemuProgram program =
                new QemuProgram(Path.of("/usr/bin/qemu-system-x86_64"), Optional.empty(), QEMU);
        KeeperLog log = new KeeperLog(new PrintStream(OutputStream.nullOutputStream()));
        RuntimeFolder runtime = new RuntimeFolder(temp.resolve("runtime"));
        try (Parts parts =
                Parts.open(machines, appliance, runtime, log, program, Optional.empty())) {
            return Opening.choose(
                            Keeper.Wish.RESUME,
                            head(),
                            new MachineDisks(files, appliance),
                            new States(PLANS, files),
                            fit,
                            parts)
                    .reason();
        }
    }

    @Test
    void theAppAsItWasPublishedIsOpenedOverItsOwnTemplateAlone() throws IOException {
        Set<Appliance.Part> warm = new HashSet<>(DISKS);
        warm.addAll(EnumSet.range(Appliance.Part.SESSION_MEMORY, Appliance.Part.APP_PERSONAL));
        InstalledAppliance first = release("1", MEMORY, warm);
        InstalledAppliance second = release("2", MEMORY, warm);
        machines.create(PLANS, first, Network.NONE);
        assertThat(opening(first)).startsWith("opening the app as it was published");
        machines.update(PLANS, second.id(), UnsavedWork.REFUSE);
        assertThat(opening(second)).startsWith("opening the desktop as it was published");
        machines.rollback(PLANS, UnsavedWork.REFUSE);
        assertThat(opening(first)).startsWith("opening the app as it was published");
    }
}
