package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// When the world fails: a clear error, the next step, the exit code that is listed for it, and the
/// disks of machines as they were.
final class FailuresTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration BUILD = Duration.ofMinutes(4);
    private static final int USAGE = 2;
    private static final int BUSY = 4;
    private static final int DAMAGED = 5;
    private static final int HOST = 6;
    private static final int NETWORK = 7;

    @TempDir private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    /// The command over a home on a small disk, if a test has one.
    private Command small = command;

    private Optional<SmallDisk> disk = Optional.empty();

    @BeforeEach
    void begin() {
        command = Command.over(folder.resolve("home"));
    }

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
        small.stopAll();
        if (disk.isPresent()) {
            disk.get().unmount();
        }
        Waiting.until(
                "nothing works for this test any more",
                PATIENCE,
                () -> Processes.naming(folder).isEmpty());
        assertThat(Files.readAllLines(Path.of("/proc/mounts")))
                .noneMatch(line -> line.contains(folder.toString()));
    }

    private SmallDisk smallDisk(int mebibytes) throws Exception {
        SmallDisk mounted = SmallDisk.mount(folder.resolve("small"), mebibytes);
        disk = Optional.of(mounted);
        small = Command.over(mounted.place().resolve("home"));
        return mounted;
    }

    private static void says(Command.Result result, int exitCode, String found, String nextStep) {
        assertThat(result.exitCode()).as("%s", result).isEqualTo(exitCode);
        assertThat(result.errors()).contains("carryall: ").containsPattern(found);
        assertThat(result.errors().lines().reduce((first, last) -> last).orElse(""))
                .startsWith("  → ")
                .containsPattern(nextStep);
    }

    /// A machine that ran before, with something on its disk.
    private void makeWitness(String machine) throws Exception {
        Path recipe = WitnessGuest.recipe(folder.resolve("witness"));
        command.run("run", recipe.toString(), "--name", machine, "--detach").succeeded();
        Path log = command.folder(machine).resolve("console.log");
        Waiting.until("it counts", PATIENCE, () -> Files.exists(log) && Files.size(log) > 20);
        command.run("stop", machine, "--patience", "0").succeeded();
    }

    private Path debianRecipe(String packages) throws Exception {
        Path recipe = Files.createDirectory(folder.resolve("debian"));
        return Files.writeString(
                recipe.resolve("recipe.yaml"),
                """
                name: terminal
                version: "1"
                title: A terminal
                debian:
                  suite: bookworm
                  packages: [%s]
                command: xterm
                """
                        .formatted(packages),
                StandardCharsets.UTF_8);
    }

    private List<Path> inAppliances() throws Exception {
        try (Stream<Path> all = Files.list(command.home().resolve("appliances"))) {
            return all.toList();
        }
    }

    @Test
    void aFullDiskStopsTheMakingOfAMachineAndNothingIsLeft() throws Exception {
        SmallDisk space = smallDisk(16);
        Path recipe = WitnessGuest.recipe(folder.resolve("witness"));
        small.run("build", recipe.toString()).succeeded();
        Files.createDirectories(small.home().resolve("machines"));
        space.fill();
        says(
                small.run("run", "local/witness", "--detach"),
                HOST,
                "no space is left",
                "free some space");
        assertThat(small.home().resolve("machines")).isEmptyDirectory();
        space.free();
        small.run("run", "local/witness", "--detach").succeeded();
    }

    @Test
    void aFullDiskStopsABuildAndNothingIsLeft() throws Exception {
        SmallDisk space = smallDisk(16);
        Files.createDirectories(small.home().resolve("appliances"));
        space.fill();
        says(
                small.run("build", WitnessGuest.recipe(folder.resolve("witness")).toString()),
                HOST,
                "(?i)no space",
                "free|full");
        assertThat(small.home().resolve("appliances")).isEmptyDirectory();
        space.free();
        says(
                small.run("build", debianRecipe("xterm").toString()),
                HOST,
                "no space is left",
                "free at least 3 GiB");
        assertThat(small.home().resolve("appliances")).isEmptyDirectory();
    }

    @Test
    void aGuestOnAFullHostSpeaksIsPausedWhenItWritesAndGoesOnWhenThereIsSpace() throws Exception {
        Path recipe = TinyLinux.recipe(folder.resolve("tiny"));
        SmallDisk space = smallDisk(64);
        TinyLinux.run(small, "tiny", recipe.toString());
        try (GuestConsole console = GuestConsole.of(small, "tiny")) {
            // A file system writes now and then by itself, and would be paused.
            console.ask("home=$(grep ' /home ' /proc/mounts | cut -d' ' -f1) && umount /home");
            space.fill();
            // More than the log's last page holds.
            assertThat(console.ask("seq 2000")).contains("1999");
            assertThat(console.ask("echo $((6 * 7)) machines")).contains("42 machines");
        }
        space.free();
        try (GuestConsole console = GuestConsole.of(small, "tiny")) {
            console.ask("mount -t ext4 $home /home");
            space.fillBut(8);
            console.type(
                    "(dd if=/dev/urandom bs=1M count=24 2>/dev/null | tee /home/much |"
                            + " sha256sum >/sum; sync; touch /written) &");
            Waiting.until(
                    "it is paused",
                    PATIENCE,
                    () -> "paused".equals(small.listed("tiny").get("status")));
            assertThat(small.listed("tiny").get("reason") + "")
                    .contains("personal")
                    .contains("no space is left on the host");
            assertThat(small.run("ls").succeeded().output()).contains("no space is left");

            space.free();
            Waiting.until(
                    "it goes on",
                    PATIENCE,
                    () -> "running".equals(small.listed("tiny").get("status")));
            console.ask("until [ -e /written ]; do usleep 50000; done", PATIENCE);
            console.ask("echo 3 >/proc/sys/vm/drop_caches");
            console.ask("[ \"$(sha256sum </home/much)\" = \"$(cat /sum)\" ]", PATIENCE);
        }
        assertThat(small.run("stop", "tiny", "--json").object())
                .containsEntry("outcome", "shut_down");
    }

    @Test
    void withoutQemuItSaysWhatToInstallAndTouchesNothing() throws Exception {
        makeWitness("anna");
        Map<Path, String> before = Disk.digests(command.home());
        Command without =
                command.within(
                        "unshare",
                        "--mount",
                        "sh",
                        "-euc",
                        "mount --bind /dev/null /usr/bin/qemu-system-x86_64; exec \"$@\"",
                        "sh");
        for (String how : List.of("--detach", "--foreground")) {
            says(
                    without.run("run", "anna", how),
                    HOST,
                    "the program qemu-system-x86_64 was not found",
                    "apt install qemu-system-x86");
        }
        assertThat(command.listed("anna").get("lastRun") + "").contains("forced");
        Command.Result doctor = without.run("doctor");
        assertThat(doctor.exitCode()).isEqualTo(HOST);
        assertThat(doctor.output()).containsPattern("BAD +qemu-system-x86_64");
        assertThat(Disk.digests(command.home())).isEqualTo(before);
    }

    @Test
    void aNameThatAnotherApplianceHasIsNotTaken() throws Exception {
        makeWitness("anna");
        Map<Path, String> before = Disk.digests(command.folder("anna"));
        Path other = WitnessGuest.recipe(folder.resolve("other"));
        Path text = other.resolve("recipe.yaml");
        Files.writeString(text, Files.readString(text).replace("name: witness", "name: other"));
        says(
                command.run("run", other.toString(), "--name", "anna", "--detach"),
                BUSY,
                "the name anna is in use",
                "another name with `--name`.*carryall rm anna");
        assertThat(command.listed("anna").get("appliance")).isEqualTo("local/witness");
        assertThat(Disk.digests(command.folder("anna"))).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"format\":1,\"name\":\"an", "rubbish \u0000\u0007", "[]"})
    void aDamagedMachineIsSaidToBeAndItsDisksAreLeftAlone(String rubbish) throws Exception {
        makeWitness("anna");
        Map<Path, String> before = Disk.digests(command.folder("anna"));
        Path file = command.folder("anna").resolve("machine.json");
        String whole = Files.readString(file);
        Files.writeString(file, rubbish);

        for (List<String> words :
                List.of(
                        List.of("run", "anna", "--detach"),
                        List.of("show", "anna"),
                        List.of("stop", "anna"))) {
            says(
                    command.run(words.toArray(String[]::new)),
                    DAMAGED,
                    "machine.json is damaged",
                    "put machine.json back from a backup");
        }
        assertThat(command.listed("anna").get("status")).isEqualTo("damaged");
        assertThat(Disk.digests(command.folder("anna"))).isEqualTo(before);

        Files.writeString(file, whole);
        assertThat(command.listed("anna").get("status")).isEqualTo("stopped");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{\"format\":1,\"started\":\"20", "rubbish \u0000\u0007"})
    void aDamagedReportOfTheLastRunStopsNothing(String rubbish) throws Exception {
        makeWitness("anna");
        Map<Path, String> before = Disk.digests(command.folder("anna"));
        Files.writeString(command.folder("anna").resolve("run.json"), rubbish);
        Map<?, ?> listed = command.listed("anna");
        assertThat(listed.get("status")).isEqualTo("stopped");
        assertThat(listed.get("lastRun")).isNull();
        assertThat(Disk.digests(command.folder("anna"))).isEqualTo(before);
        command.run("run", "anna", "--detach").succeeded();
        assertThat(command.listed("anna").get("status")).isEqualTo("running");
    }

    @Test
    void anUnknownPackageIsNamed() throws Exception {
        says(
                command.run(BUILD, "build", debianRecipe("xterm, no-such-package").toString()),
                USAGE,
                "Debian bookworm has no package no-such-package",
                "packages.debian.org/bookworm.*mend `packages:`");
        assertThat(inAppliances()).isEmpty();
    }

    @Test
    void withoutNetworkABuildSaysSo() throws Exception {
        says(
                command.within("unshare", "--net")
                        .run(BUILD, "build", debianRecipe("xterm").toString()),
                NETWORK,
                "packages could not be fetched",
                "check that http://deb.debian.org can be reached");
        assertThat(inAppliances()).isEmpty();
    }

    @Test
    void ofAKilledBuildNothingIsLeftAfterTheNext() throws Exception {
        makeWitness("anna");
        Map<Path, String> before = Disk.digests(command.home());
        Process build = command.start("build", debianRecipe("xterm").toString());
        Waiting.until(
                "the build has unpacked some of its root",
                BUILD,
                () ->
                        inAppliances().stream()
                                .anyMatch(path -> Files.exists(path.resolve("work/root/usr/bin"))));
        build.destroyForcibly().waitFor();
        Waiting.until(
                "all that the build started is gone",
                PATIENCE,
                () -> Processes.naming(command.home()).isEmpty());
        assertThat(Files.readAllLines(Path.of("/proc/mounts")))
                .noneMatch(line -> line.contains(command.home().toString()));

        Path other = WitnessGuest.recipe(folder.resolve("other"));
        Path text = other.resolve("recipe.yaml");
        Files.writeString(text, Files.readString(text).replace("name: witness", "name: other"));
        command.run("build", other.toString()).succeeded();
        assertThat(inAppliances())
                .hasSize(2)
                .allMatch(path -> path.getFileName().toString().matches("[0-9a-f]{64}"));
        assertThat(Disk.digests(command.home())).containsAllEntriesOf(before);
    }
}
