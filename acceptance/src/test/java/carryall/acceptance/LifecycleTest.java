package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Machines of one appliance side by side, and each verb upon them. `anna` runs all the time and is
/// only looked at; what starts or stops a machine has one of its own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class LifecycleTest {
    private static final String APPLIANCE = "local/tiny";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int BUSY = 4;
    private static final int MISSING = 3;
    private static final int USAGE = 2;

    /// Where the system disk ends, as variables of the guest's shell.
    private static final String END =
            "system=$(grep -l system /sys/block/*/serial | cut -d/ -f4);"
                    + " last=$(($(cat /sys/block/$system/size) - 8));";

    private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    @BeforeAll
    void runAnna(@TempDir Path ours) throws Exception {
        folder = ours;
        command = Command.over(folder.resolve("home"));
        Path recipe = TinyLinux.recipe(folder.resolve("tiny"));
        TinyLinux.run(command, "anna", recipe.toString(), "--name", "anna");
    }

    @AfterAll
    void endAll() throws Exception {
        command.stopAll();
        Waiting.until(
                "nothing works for this test any more",
                PATIENCE,
                () -> Processes.naming(command.home()).isEmpty());
    }

    private void start(String machine) throws Exception {
        TinyLinux.run(command, machine, APPLIANCE, "--name", machine);
    }

    @Test
    void aMachineIsListedAndShownInWordsAndAsJson() throws Exception {
        Map<?, ?> listed = command.listed("anna");
        assertThat(listed.get("status")).isEqualTo("running");
        assertThat(listed.get("appliance")).isEqualTo(APPLIANCE);
        assertThat(command.run("ls").succeeded().output())
                .containsPattern("NAME +STATUS +APPLIANCE +SINCE")
                .containsPattern("anna +running +local/tiny 1 +for ");

        assertThat(command.run("show", "anna", "--json").object()).isEqualTo(listed);
        assertThat(command.run("show", "anna").succeeded().output())
                .containsPattern("status +running")
                .containsPattern("folder +" + command.folder("anna"));
        if (listed.get("qemuPid") instanceof Number qemu) {
            assertThat(Processes.of(command, "anna"))
                    .extracting(ProcessHandle::pid)
                    .contains(qemu.longValue());
        }
    }

    @Test
    void theConsoleAnswersAndItsLogIsKept() throws Exception {
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            assertThat(console.ask("echo $((6 * 7)) machines")).contains("42 machines");
            // Somebody else may look at the same time.
            try (GuestConsole second = GuestConsole.of(command, "anna")) {
                assertThat(second.ask("uname -s")).contains("Linux");
            }
        }
        assertThat(command.run("logs", "anna", "--console").succeeded().output())
                .contains("42 machines");
        assertThat(command.run("logs", "anna", "--console", "--json").object().get("lines") + "")
                .contains("42 machines");
        assertThat(command.run("logs", "anna").succeeded().output()).contains("runs as process");
        assertThat(command.run("console", "anna", "--json").object())
                .containsOnlyKeys("name", "consoleSocket");
    }

    @Test
    void keysReachTheGuestAndTheScreenShowsIt() throws Exception {
        Screen before = Screen.of(command, "anna");
        command.run("press", "anna", "t", "o", "u", "c", "h", "spc", "slash", "k", "ret")
                .succeeded();
        assertThat(command.run("press", "anna", "ret", "--json").object())
                .containsEntry("pressed", List.of("ret"));
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("until [ -e /k ]; do usleep 20000; done");
        }
        Waiting.until(
                "the screen shows what was typed",
                PATIENCE,
                () -> {
                    double change =
                            before.difference(Screen.of(command, "anna"), Screen.Region.ALL);
                    return change > 0 && change < 0.1;
                });
        Path file = folder.resolve("anna.png");
        assertThat(command.run("screenshot", "anna", file.toString(), "--json").object())
                .containsEntry("file", file.toString());
        assertThat(Screen.read(file).picture().getWidth()).isPositive();
    }

    @Test
    void aKeyThatQemuDoesNotKnowIsRefused() throws Exception {
        Command.Result result = command.run("press", "anna", "no_such_key");
        assertThat(result.exitCode()).isNotZero();
        assertThat(result.errors()).contains("no_such_key").contains("→");
    }

    @Test
    void runningTwiceSaysSo() throws Exception {
        Object keeper = command.listed("anna").get("keeperPid");
        Command.Result again = command.run("run", "anna", "--detach").succeeded();
        assertThat(again.errors()).contains("anna is running already");
        assertThat(command.listed("anna").get("keeperPid")).isEqualTo(keeper);
        Command.Result keep = command.run("run", "anna", "--foreground");
        assertThat(keep.exitCode()).isEqualTo(BUSY);
        assertThat(keep.errors()).contains("anna is in use").contains("→");
        assertThat(command.listed("anna").get("keeperPid")).isEqualTo(keeper);
    }

    @Test
    void aRunningMachineIsNotRemoved() throws Exception {
        Command.Result result = command.run("rm", "anna", "--yes");
        assertThat(result.exitCode()).isEqualTo(BUSY);
        assertThat(result.errors()).contains("in use").contains("carryall stop anna");
        assertThat(command.folder("anna").resolve("disks").resolve("personal.raw")).exists();
        assertThat(command.listed("anna").get("status")).isEqualTo("running");
    }

    @Test
    void whatIsSavedOnThePersonalDiskIsThereAfterStopAndRun() throws Exception {
        Map<Path, String> appliances = Disk.digests(command.home().resolve("appliances"));
        start("bert");
        try (GuestConsole console = GuestConsole.of(command, "bert")) {
            console.ask("echo of bert >/home/letter");
        }
        assertThat(command.run("stop", "bert", "--json").object())
                .containsEntry("outcome", "shut_down");
        Processes.awaitNone(command, "bert");
        assertThat(command.listed("bert").get("status")).isEqualTo("stopped");

        TinyLinux.run(command, "bert", "bert");
        try (GuestConsole console = GuestConsole.of(command, "bert")) {
            assertThat(console.ask("cat /home/letter")).contains("of bert");
        }
        // Anna's disk is another, and she runs at the same time.
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("[ ! -e /home/letter ] && [ -d /home/lost+found ]");
        }

        try (GuestConsole console = GuestConsole.of(command, "bert")) {
            console.ask("touch /deaf");
        }
        long begin = System.nanoTime();
        Command.Result forced = command.run("stop", "bert", "--patience", "3").succeeded();
        assertThat(forced.output()).contains("did not shut down within 3 s");
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(20));
        Processes.awaitNone(command, "bert");

        assertThat(command.run("rm", "bert").exitCode()).isEqualTo(USAGE);
        assertThat(command.folder("bert")).exists();
        assertThat(command.run("rm", "bert", "--yes", "--json").object())
                .containsEntry("removed", true);
        assertThat(command.folder("bert")).doesNotExist();
        assertThat(command.run("show", "bert").exitCode()).isEqualTo(MISSING);
        assertThat(Disk.digests(command.home().resolve("appliances")))
                .containsAllEntriesOf(appliances);
    }

    /// Writes to the end of the system disk, where nothing is read.
    private void plant(String machine) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, machine)) {
            console.ask(END + " echo planted | dd of=/dev/$system bs=512 seek=$last; sync");
        }
    }

    private String planted(String machine) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, machine)) {
            return console.ask(END + " dd if=/dev/$system bs=512 skip=$last count=1");
        }
    }

    @Test
    void aSystemThatEachStartDropsIsPutBackByARestore() throws Exception {
        Path recipe = TinyLinux.recipe(folder.resolve("dropping"));
        Path text = recipe.resolve("recipe.yaml");
        Files.writeString(
                text,
                Files.readString(text).replace("name: tiny", "name: dropping") + "scratch: drop\n");
        TinyLinux.run(command, "drops", recipe.toString(), "--name", "drops");
        plant("drops");
        command.run("stop", "drops").succeeded();
        command.run("snapshot", "drops").succeeded();
        TinyLinux.run(command, "drops", "drops");
        assertThat(planted("drops")).doesNotContain("planted");
        command.run("stop", "drops").succeeded();
        command.run("restore", "drops@1", "--yes").succeeded();
        TinyLinux.run(command, "drops", "drops");
        assertThat(planted("drops")).contains("planted");
        command.run("stop", "drops").succeeded();
        TinyLinux.run(command, "drops", "drops");
        assertThat(planted("drops")).doesNotContain("planted");
        command.run("stop", "drops").succeeded();
    }

    @Test
    void aResetTakesBackTheSystemAndKeepsThePersonalDisk() throws Exception {
        start("otto");
        plant("otto");
        try (GuestConsole console = GuestConsole.of(command, "otto")) {
            console.ask("echo mine >/home/mine; sync");
        }
        command.run("stop", "otto").succeeded();
        start("otto");
        // An image is its publisher's and its user's: what was written stays.
        assertThat(planted("otto")).contains("planted");
        assertThat(command.run("reset", "otto", "--yes").exitCode()).isEqualTo(BUSY);
        command.run("stop", "otto").succeeded();
        assertThat(command.run("reset", "otto").exitCode()).isEqualTo(USAGE);
        assertThat(command.run("reset", "otto", "--yes").succeeded().output())
                .contains("The system of otto is as published; what it was is otto@1.");
        start("otto");
        assertThat(planted("otto")).doesNotContain("planted");
        try (GuestConsole console = GuestConsole.of(command, "otto")) {
            assertThat(console.ask("cat /home/mine")).contains("mine");
        }
        command.run("stop", "otto").succeeded();
    }

    @Test
    void aThrowawayMachineLeavesNothing() throws Exception {
        TinyLinux.run(command, "tiny-throwaway", "anna", "--throwaway");
        Path machine = command.folder("tiny-throwaway");
        assertThat(command.run("suspend", "tiny-throwaway").exitCode()).isNotZero();
        assertThat(command.run("snapshot", "tiny-throwaway").exitCode()).isNotZero();
        try (GuestConsole console = GuestConsole.of(command, "tiny-throwaway")) {
            console.ask("echo secret >/home/secret; sync");
        }
        command.run("stop", "tiny-throwaway").succeeded();
        assertThat(machine).doesNotExist();
        assertThat(command.run("show", "tiny-throwaway").exitCode()).isEqualTo(MISSING);
        TinyLinux.run(command, "tiny-throwaway", "anna", "--throwaway");
        try (GuestConsole console = GuestConsole.of(command, "tiny-throwaway")) {
            assertThat(console.ask("ls -a /home")).doesNotContain("secret");
            console.type("poweroff -f");
            Waiting.until("it is gone", PATIENCE, () -> !Files.exists(machine));
        }
    }

    @Test
    void inTheForegroundItKeepsTheMachineAndShutsItDownWhenAskedToEnd() throws Exception {
        Process keeper = command.start("run", APPLIANCE, "--name", "carl", "--foreground");
        TinyLinux.awaitReady(command.folder("carl").resolve("console.log"), 1);
        assertThat(keeper.isAlive()).isTrue();
        assertThat(command.listed("carl").get("keeperPid"))
                .isInstanceOfSatisfying(
                        Number.class, pid -> assertThat(pid.longValue()).isEqualTo(keeper.pid()));
        // SIGTERM.
        keeper.toHandle().destroy();
        Command.Result ended = Command.result(keeper, PATIENCE, "run --foreground");
        assertThat(ended.output()).contains("asked to end").contains("shut_down");
        Map<?, ?> carl = command.listed("carl");
        assertThat(carl.get("status")).isEqualTo("stopped");
        assertThat(carl.get("lastRun") + "").contains("shut_down");
        Processes.awaitNone(command, "carl");
    }

    @Test
    void howeverManyRunItAtOnceOneKeeperHasIt() throws Exception {
        Path recipe = WitnessGuest.recipe(folder.resolve("several"));
        command.run("build", recipe.toString()).succeeded();
        command.run("run", "local/witness", "--name", "emil", "--detach").succeeded();
        command.run("stop", "emil", "--patience", "0").succeeded();
        List<Process> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            runs.add(command.start("run", "emil", "--detach"));
        }
        for (Process run : runs) {
            Command.result(run, PATIENCE, "run emil").succeeded();
        }
        Map<?, ?> emil = command.listed("emil");
        assertThat(emil.get("status")).isEqualTo("running");
        // Those that came too late leave.
        Waiting.until(
                "one keeper and one QEMU, in its two layers of jail, are left",
                PATIENCE,
                () -> Processes.of(command, "emil").size() == 4);
        assertThat(command.listed("emil").get("keeperPid")).isEqualTo(emil.get("keeperPid"));
        assertThat(command.listed("emil").get("qemuPid")).isEqualTo(emil.get("qemuPid"));
        command.run("stop", "emil", "--patience", "0").succeeded();
    }

    @Test
    void aNewerBuildLeavesMachinesOfTheOlderOneAsTheyAre() throws Exception {
        Path recipe = WitnessGuest.recipe(folder.resolve("older"));
        Path text = recipe.resolve("recipe.yaml");
        Files.writeString(text, Files.readString(text) + "personal: 8MiB\n");
        command.run("run", recipe.toString(), "--name", "fanny", "--detach").succeeded();
        Path log = command.folder("fanny").resolve("console.log");
        Waiting.until("fanny counts", PATIENCE, () -> Files.exists(log) && Files.size(log) > 20);
        command.run("stop", "fanny", "--patience", "0").succeeded();
        Map<Path, String> disks = Disk.digests(command.folder("fanny"));
        assertThat(disks).hasSize(3);

        Files.writeString(text, Files.readString(text).replace("\"1\"", "\"2\""));
        command.run("build", recipe.toString()).succeeded();
        assertThat(Disk.digests(command.folder("fanny"))).isEqualTo(disks);
        Command.Result run =
                command.run("run", recipe.toString(), "--name", "fanny", "--detach").succeeded();
        assertThat(run.errors()).contains("fanny stays with").contains("--name");
        assertThat(command.listed("fanny").get("version")).isEqualTo("1");
        command.run("stop", "fanny", "--patience", "0").succeeded();
    }

    @Test
    void killingRunDoesNotHarmTheKeeperThatItStarted() throws Exception {
        Path recipe = WitnessGuest.recipe(folder.resolve("witness"));
        command.run("build", recipe.toString()).succeeded();
        Process run = command.start("run", "local/witness", "--name", "dora");
        Path begun = command.folder("dora").resolve("run.json");
        Waiting.until("the keeper of dora has begun", PATIENCE, () -> Files.exists(begun));
        run.destroyForcibly().waitFor();
        Waiting.until(
                "dora runs",
                PATIENCE,
                () -> "running".equals(command.listed("dora").get("status")));
        Path log = command.folder("dora").resolve("console.log");
        Waiting.until("dora counts", PATIENCE, () -> Files.exists(log) && Files.size(log) > 20);
        command.run("stop", "dora", "--patience", "0").succeeded();
    }
}
