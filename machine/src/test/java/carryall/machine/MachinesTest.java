package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MachinesTest {
    private static final MachineName PLANS = new MachineName("plans");

    @TempDir private Path temp;
    private Machines machines = new Machines(Path.of(""));
    private Path folders = Path.of("");

    @BeforeEach
    void over() {
        machines = new Machines(temp.resolve("home"));
        folders = temp.resolve("home/machines");
    }

    private InstalledAppliance appliance() throws IOException {
        try (BuildFolder folder = machines.appliances().newFolder(left -> {})) {
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part : List.of(Appliance.Part.SYSTEM, Appliance.Part.PERSONAL)) {
                Path file = folder.path().resolve(part.fileName());
                Files.write(file, new byte[1 << 20]);
                parts.put(part, new Appliance.Content(new ByteSize(1 << 20), Digest.of(file)));
            }
            return machines.appliances()
                    .add(
                            folder,
                            new Appliance(
                                    ApplianceName.parse("acme/app"),
                                    "1",
                                    "App",
                                    "",
                                    Profile.MODERN,
                                    Firmware.BIOS,
                                    ByteSize.mebibytes(64),
                                    2,
                                    Network.NONE,
                                    Scratch.KEEP,
                                    Sharing.NONE,
                                    List.of(),
                                    Optional.empty(),
                                    Digest.of(new byte[0]),
                                    Optional.empty(),
                                    parts));
        }
    }

    private List<String> names() throws IOException {
        if (!Files.exists(folders)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folders)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void withoutAHomeThereIsNone() throws IOException {
        assertThat(machines.list()).isEmpty();
        assertThat(temp.resolve("home")).doesNotExist();
        assertThatThrownBy(() -> machines.find(PLANS))
                .isInstanceOf(MachineException.MachineMissing.class);
    }

    @Test
    void aNewMachineHasItsDisksAndIsTheUsersAlone() throws IOException {
        InstalledAppliance appliance = appliance();
        Machine made = machines.create(PLANS, appliance, Network.INTERNET);
        assertThat(machines.find(PLANS)).isEqualTo(made);
        assertThat(made.appliance()).isEqualTo(appliance.id());
        assertThat(made.network()).isEqualTo(Network.INTERNET);
        assertThat(machines.status(PLANS)).isEqualTo(new MachineStatus.Stopped(Optional.empty()));
        Path folder = machines.folder(PLANS);
        assertThat(folder.resolve("disks").resolve("personal.raw")).hasSize(1 << 20);
        assertThat(Head.read(folder.resolve("head.json"))).isEqualTo(Head.NEW);
        assertThat(Files.getPosixFilePermissions(machines.home()))
                .isEqualTo(PosixFilePermissions.fromString("rwx------"));
        assertThat(names()).containsExactly("plans");
    }

    @Test
    void twoMachinesDifferInIdAndAddress() throws IOException {
        Machine one = machines.create(PLANS, appliance(), Network.NONE);
        Machine other = machines.create(new MachineName("other"), appliance(), Network.NONE);
        assertThat(other.id()).isNotEqualTo(one.id());
        assertThat(other.mac()).isNotEqualTo(one.mac());
    }

    @Test
    void aFailedCreateLeavesNothing() throws IOException {
        InstalledAppliance appliance = appliance();
        Files.delete(appliance.file(Appliance.Part.PERSONAL));
        assertThatThrownBy(() -> machines.create(PLANS, appliance, Network.NONE))
                .isInstanceOf(MachineException.ToolFailed.class)
                .message()
                .contains("personal.raw");
        assertThat(names()).isEmpty();
    }

    @Test
    void aNameIsUsedOnce() throws IOException {
        Machine made = machines.create(PLANS, appliance(), Network.NONE);
        assertThatThrownBy(() -> machines.create(PLANS, appliance(), Network.NONE))
                .isInstanceOf(MachineException.NameInUse.class);
        assertThat(machines.find(PLANS)).isEqualTo(made);
        assertThat(names()).containsExactly("plans");
    }

    @Test
    void whatAKilledCreateOrRemoveLeftIsRemovedByTheNext() throws IOException {
        Path withLock = folders.resolve("." + PLANS + "." + UUID.randomUUID());
        Path without = folders.resolve(".other." + UUID.randomUUID());
        Files.createDirectories(withLock);
        Files.createDirectories(without);
        Files.createFile(withLock.resolve("keeper.lock"));
        Files.createFile(without.resolve("personal.raw"));
        Path theUsers = Files.createDirectories(folders.resolve(".snapshots"));
        assertThat(machines.list()).isEmpty();
        machines.create(PLANS, appliance(), Network.NONE);
        assertThat(names()).containsExactly(".snapshots", "plans");
        assertThat(theUsers).exists();
    }

    @Test
    void aCreateThatRunsIsLeftAlone() throws IOException {
        Path running = folders.resolve(".other." + UUID.randomUUID());
        Files.createDirectories(running);
        try (MachineFolder.Lock _ = new MachineFolder(running).tryLock().orElseThrow()) {
            machines.create(PLANS, appliance(), Network.NONE);
            assertThat(running).exists();
        }
    }

    @Test
    void aDamagedMachineIsListedAsDamagedAmongTheOthers() throws IOException {
        Machine whole = machines.create(PLANS, appliance(), Network.NONE);
        MachineName bad = new MachineName("bad");
        machines.create(bad, appliance(), Network.NONE);
        Path file = machines.folder(bad).resolve("machine.json");
        String good = Files.readString(file);
        for (String text :
                List.of(
                        "",
                        "{}",
                        "\u0000",
                        good.substring(0, good.length() / 2),
                        good.replace("\"bad\"", "\"plans\""),
                        good.replace("\"cpus\":2", "\"cpus\":0"),
                        "[".repeat(60_000),
                        " ".repeat(70_000))) {
            Files.writeString(file, text);
            assertThatThrownBy(() -> machines.find(bad))
                    .isInstanceOf(MachineException.MachineDamaged.class)
                    .message()
                    .contains(file.toString());
            assertThat(machines.list())
                    .satisfiesExactly(
                            first ->
                                    assertThat(first)
                                            .isInstanceOf(Machines.Listed.Damaged.class)
                                            .hasFieldOrPropertyWithValue("name", bad),
                            second ->
                                    assertThat(second)
                                            .isEqualTo(
                                                    new Machines.Listed.Whole(
                                                            whole,
                                                            new MachineStatus.Stopped(
                                                                    Optional.empty()))));
        }
        Files.delete(file);
        assertThat(machines.list()).hasSize(2);
        machines.remove(bad);
        assertThat(names()).containsExactly("plans");
    }

    @Test
    void aRemovedMachineIsGoneWithItsDisks() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        machines.remove(PLANS);
        assertThat(names()).isEmpty();
        assertThat(machines.appliances().list()).hasSize(1);
        assertThatThrownBy(() -> machines.remove(PLANS))
                .isInstanceOf(MachineException.MachineMissing.class);
    }

    @Test
    void removingFollowsNoLink() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        Path outside = Files.createDirectories(temp.resolve("outside"));
        Files.createFile(outside.resolve("precious"));
        Files.createSymbolicLink(machines.folder(PLANS).resolve("link"), outside);
        machines.remove(PLANS);
        assertThat(outside.resolve("precious")).exists();
    }

    @Test
    void aMachineWhoseLockIsHeldIsBusy() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        try (MachineFolder.Lock _ = machines.files(PLANS).tryLock().orElseThrow()) {
            assertThat(machines.status(PLANS)).isEqualTo(new MachineStatus.Starting());
            assertThatThrownBy(() -> machines.remove(PLANS))
                    .isInstanceOf(MachineException.MachineBusy.class);
            assertThatThrownBy(() -> machines.grant(PLANS, Network.INTERNET))
                    .isInstanceOf(MachineException.MachineBusy.class);
        }
        assertThat(machines.find(PLANS).network()).isEqualTo(Network.NONE);
        machines.remove(PLANS);
    }

    @Test
    void aGrantChangesTheNetworkAndNothingElse() throws IOException {
        Machine made = machines.create(PLANS, appliance(), Network.NONE);
        Machine granted = machines.grant(PLANS, Network.INTERNET);
        assertThat(machines.find(PLANS)).isEqualTo(granted);
        assertThat(granted).usingRecursiveComparison().ignoringFields("network").isEqualTo(made);
        assertThat(granted.network()).isEqualTo(Network.INTERNET);
        try (Stream<Path> files = Files.list(machines.folder(PLANS))) {
            assertThat(files).noneMatch(file -> file.toString().endsWith(".part"));
        }
    }

    @Test
    void theLastRunIsToldAndOneWithoutAnEndMeansAKilledKeeper() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        Path run = machines.folder(PLANS).resolve("run.json");
        String begin = "{\"format\":1,\"started\":\"2026-11-24T05:54:00Z\",";
        Files.writeString(run, begin + "\"outcome\":\"keeper_died\",\"reason\":\"running\"}");
        assertThat(lastRun().outcome()).isEqualTo(MachineStatus.Outcome.KEEPER_DIED);
        assertThat(lastRun().reason()).isEqualTo("the keeper was killed, and QEMU with it");
        Files.writeString(
                run,
                begin
                        + "\"ended\":\"2026-11-24T05:55:00Z\",\"outcome\":\"shut_down\","
                        + "\"reason\":\"the guest shut down\"}");
        assertThat(lastRun().outcome()).isEqualTo(MachineStatus.Outcome.SHUT_DOWN);
        Files.writeString(run, "rubbish");
        assertThat(machines.status(PLANS)).isEqualTo(new MachineStatus.Stopped(Optional.empty()));
    }

    private MachineStatus.LastRun lastRun() throws MachineException {
        return machines.status(PLANS) instanceof MachineStatus.Stopped stopped
                ? stopped.lastRun().orElseThrow()
                : org.assertj.core.api.Assertions.fail("it is not stopped");
    }

    @Test
    void aStoppedMachineCannotBeAsked() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        assertThatThrownBy(() -> machines.connect(PLANS))
                .isInstanceOf(MachineException.MachineNotRunning.class);
        assertThatThrownBy(() -> machines.stop(PLANS, java.time.Duration.ZERO))
                .isInstanceOf(MachineException.MachineNotRunning.class);
    }

    @Test
    void aKeeperThatFailsAtOnceIsToldFromItsLastRun() throws IOException {
        machines.create(PLANS, appliance(), Network.NONE);
        Path run = machines.folder(PLANS).resolve("run.json");
        String script =
                "now=$(date -u +%Y-%m-%dT%H:%M:%S.%NZ); printf '%s' \"{\\\"format\\\":1,"
                        + "\\\"started\\\":\\\"$now\\\",\\\"ended\\\":\\\"$now\\\",\\\"outcome\\\":"
                        + "\\\"never_started\\\",\\\"reason\\\":\\\"no jail\\\"}\" >"
                        + run;
        try (KeeperProcess keeper =
                KeeperProcess.start(machines, PLANS, List.of("sh", "-c", script))) {
            assertThatThrownBy(() -> machines.start(keeper, step -> {}))
                    .isInstanceOf(MachineException.StartFailed.class)
                    .hasMessage("plans did not start: no jail");
        }
    }

    @Test
    void aProcessThatIsNotToldToKeepEndsAndLeavesNothing() throws Exception {
        CompletableFuture<Boolean> told;
        try (KeeperProcess _ = KeeperProcess.start(machines, PLANS, List.of("echo"))) {
            Path log;
            try (Stream<Path> files = Files.list(machines.home())) {
                log =
                        files.filter(each -> each.toString().endsWith(".log"))
                                .findAny()
                                .orElseThrow();
            }
            while (Files.size(log) == 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            String said = Files.readString(log).strip();
            assertThat(said).startsWith("plans " + KeeperProcess.DOOR + " ");
            Path door = Path.of(said.substring(said.lastIndexOf(' ') + 1));
            told = CompletableFuture.supplyAsync(() -> KeeperProcess.awaitWord(door));
            assertThatThrownBy(() -> told.get(100, TimeUnit.MILLISECONDS))
                    .isInstanceOf(TimeoutException.class);
            assertThat(KeeperProcess.awaitWord(log)).isFalse();
        }
        assertThat(told.get(20, TimeUnit.SECONDS)).isFalse();
        try (Stream<Path> files = Files.list(machines.home())) {
            assertThat(files.filter(each -> each.toString().endsWith(".log"))).isEmpty();
        }
    }

    @Test
    void aHomeThatIsAFileIsUnusable() throws IOException {
        InstalledAppliance appliance = appliance();
        Files.writeString(folders, "a file");
        assertThatThrownBy(() -> machines.create(PLANS, appliance, Network.NONE))
                .isInstanceOf(MachineException.StateUnusable.class);
    }
}
