package carryall.home;

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
import carryall.machine.History;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine's own files go to another state directory, in which the release is.
final class CarryingTest {
    private static final MachineName PLANS = new MachineName("plans");

    @TempDir Path temp;

    private final MemoryStore store = new MemoryStore();
    private Machines desk = new Machines(Path.of(""));
    private Machines lap = new Machines(Path.of(""));
    private Digest release = Digest.of(new byte[0]);

    @BeforeEach
    void twoStateDirectories() throws IOException {
        desk = new Machines(temp.resolve("desk"));
        lap = new Machines(temp.resolve("lap"));
        InstalledAppliance appliance = install(desk);
        release = appliance.id();
        desk.create(PLANS, appliance, Network.NONE);
        RecoveryKey sheet =
                Home.make(
                                store,
                                newcomer(desk, "desk"),
                                Passphrase.of("p".toCharArray(), KeyringTest.CHEAP),
                                InstantSource.system(),
                                new SecureRandom())
                        .recovery();
        Home.join(store, newcomer(lap, "lap"), sheet, InstantSource.system(), new SecureRandom());
    }

    private static Home.Newcomer newcomer(Machines machines, String label) {
        return new Home.Newcomer(machines.home().resolve("home"), label, "memory");
    }

    private Carrying carrying(Machines machines) throws IOException {
        Home home =
                Home.open(
                        store,
                        machines.home().resolve("home"),
                        InstantSource.system(),
                        new SecureRandom());
        return new Carrying(home, machines);
    }

    private static InstalledAppliance install(Machines machines) throws IOException {
        try (BuildFolder folder = machines.appliances().newFolder(left -> {})) {
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part : List.of(Appliance.Part.SYSTEM, Appliance.Part.PERSONAL)) {
                Path file = folder.path().resolve(part.fileName());
                Files.write(file, bytes(part == Appliance.Part.SYSTEM ? 1 : 2, 300_000));
                parts.put(
                        part,
                        new Appliance.Content(new ByteSize(Files.size(file)), Digest.of(file)));
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

    private static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /// The machine lies in a state, memory and all, as `docs/formats/state.md` says.
    private void suspend(Machines machines, int number, long content) throws IOException {
        Path folder = machines.folder(PLANS);
        Path state = Files.createDirectories(folder.resolve("states/" + number));
        Files.createDirectories(folder.resolve("memory"));
        Digest layer = put(folder.resolve("disks/system-" + content + ".qcow2"), content, 400_000);
        Digest pack = put(folder.resolve("memory/pack-" + content + ".pages"), content + 1, 4096);
        Digest devices = put(state.resolve("devices"), content + 2, 100_001);
        Digest index = put(state.resolve("memory.index"), content + 3, 20);
        put(state.resolve("screen.png"), content + 4, 777);
        String disks = "[{\"layer\":\"own:system-%d.qcow2\",\"digest\":\"%s\"}]";
        checked(
                state.resolve("state.json"),
                ("{\"format\":1,\"number\":%d,\"kind\":\"suspended\","
                                + "\"taken\":\"2026-11-24T07:37:23Z\",\"hardware\":{"
                                + "\"appliance\":\"%s\",\"machineType\":\"pc-q35-7.2\","
                                + "\"cpuModel\":\"Nehalem-v1\",\"memoryBytes\":67108864,\"cpus\":2},"
                                + "\"memory\":{\"qemu\":\"7.2.22\",\"accelerator\":\"tcg\","
                                + "\"index\":\"%s\",\"packs\":[{\"file\":\"pack-%d.pages\","
                                + "\"digest\":\"%s\"}],\"devices\":\"%s\"},\"disks\":{\"system\":"
                                + disks
                                + "},\"storedBytes\":5}")
                        .formatted(number, release, index, content, pack, devices, content, layer));
        checked(
                folder.resolve("head.json"),
                ("{\"format\":1,\"lastState\":%d,\"suspended\":%d,\"parent\":%d,\"disks\":{"
                                + "\"system\":{\"frozen\":[\"own:system-%d.qcow2\"]}}}")
                        .formatted(number, number, number, content));
    }

    private static Digest put(Path file, long seed, int length) throws IOException {
        byte[] bytes = bytes(seed, length);
        Files.write(file, bytes);
        return Digest.of(bytes);
    }

    private static void checked(Path file, String line) throws IOException {
        Digest digest = Digest.of(line.getBytes(StandardCharsets.UTF_8));
        Files.writeString(file, line + "\n" + digest + "\n");
    }

    private static Map<String, Digest> files(Machines machines, int state) throws IOException {
        Map<String, Digest> files = new TreeMap<>();
        Path folder = machines.folder(PLANS);
        for (String each : List.of("states/" + state, "memory", "disks")) {
            if (!Files.exists(folder.resolve(each))) {
                continue;
            }
            try (var all = Files.list(folder.resolve(each))) {
                for (Path file : all.toList()) {
                    if (!file.endsWith("verified.json")) {
                        files.put(folder.relativize(file).toString(), Digest.of(file));
                    }
                }
            }
        }
        files.put("machine.json", Digest.of(folder.resolve("machine.json")));
        return files;
    }

    @Test
    void aSuspendedMachineLiesInTheSameStateOnAnotherHost() throws IOException {
        suspend(desk, 3, 10);
        assertThat(carrying(desk).push(PLANS).state()).isEqualTo(3);
        assertThatThrownBy(() -> carrying(lap).pull(PLANS, Optional.empty()))
                .isInstanceOf(MachineException.ReleaseMissing.class);
        assertThat(lap.folder(PLANS)).doesNotExist();
        install(lap);
        Carrying.Pulled pulled = carrying(lap).pull(PLANS, Optional.empty());
        assertThat(pulled).isEqualTo(new Carrying.Pulled(3, "desk", true));
        assertThat(files(lap, 3)).isEqualTo(files(desk, 3));
        assertThat(lap.status(PLANS)).isInstanceOf(MachineStatus.Suspended.class);
        assertThat(lap.find(PLANS)).isEqualTo(desk.find(PLANS));
        assertThat(carrying(lap).pull(PLANS, Optional.empty()).isNew()).isFalse();
    }

    @Test
    void whatAReleaseHasIsNotStored() throws IOException {
        suspend(desk, 3, 10);
        // 400,000 and 100,001 and 4,096 bytes by chance, but no 300,000 of the personal disk.
        assertThat(carrying(desk).push(PLANS).sealedBytes()).isLessThan(600_000);
    }

    @Test
    void itGoesThereAndBackAndKeepsItsOwnStates() throws IOException {
        install(lap);
        int kept = desk.history(PLANS).keep(Optional.of("mine"));
        suspend(desk, 2, 10);
        carrying(desk).push(PLANS);
        carrying(lap).pull(PLANS, Optional.empty());
        suspend(lap, 3, 20);
        carrying(lap).push(PLANS);
        assertThat(carrying(desk).pull(PLANS, Optional.empty()))
                .isEqualTo(new Carrying.Pulled(3, "lap", true));
        assertThat(files(desk, 3)).containsAllEntriesOf(files(lap, 3));
        assertThat(desk.history(PLANS).list())
                .extracting(History.Entry::number)
                .containsExactly(kept, 2, 3);
        suspend(desk, 4, 30);
        carrying(desk).push(PLANS);
        assertThat(carrying(lap).pull(PLANS, Optional.empty()).state()).isEqualTo(4);
    }

    @Test
    void aMachineThatWentOnHereTooIsNotReplaced() throws IOException {
        install(lap);
        suspend(desk, 1, 10);
        carrying(desk).push(PLANS);
        carrying(lap).pull(PLANS, Optional.empty());
        suspend(lap, 2, 20);
        suspend(desk, 2, 30);
        carrying(desk).push(PLANS);
        Map<String, Digest> before = files(lap, 2);
        assertThatThrownBy(() -> carrying(lap).pull(PLANS, Optional.empty()))
                .isInstanceOf(HomeException.WentOnTwice.class)
                .hasMessageContaining("on desk and on this host");
        assertThat(files(lap, 2)).isEqualTo(before);
    }

    @Test
    void anotherMachineOfThatNameIsNotReplaced() throws IOException {
        suspend(desk, 1, 10);
        carrying(desk).push(PLANS);
        lap.create(PLANS, install(lap), Network.NONE);
        assertThatThrownBy(() -> carrying(lap).pull(PLANS, Optional.empty()))
                .isInstanceOf(MachineException.NameInUse.class);
    }

    @Test
    void aMachineThatNeverRanIsCarriedAsItsDisks() throws IOException {
        install(lap);
        int state = carrying(desk).push(PLANS).state();
        assertThat(carrying(desk).push(PLANS).state()).isEqualTo(state);
        carrying(lap).pull(PLANS, Optional.empty());
        assertThat(lap.status(PLANS)).isInstanceOf(MachineStatus.Stopped.class);
        assertThat(files(lap, state)).isEqualTo(files(desk, state));
    }
}
