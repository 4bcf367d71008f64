package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What was running goes on where it was, whatever is killed, and is never resumed with anything
/// but what was saved.
final class SuspendTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int DAMAGED = 5;

    /// `-Dcarryall.rounds=200` for a long run.
    private static final int ROUNDS = Integer.getInteger("carryall.rounds", 40);

    @TempDir private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    @BeforeEach
    void begin() {
        command = Command.over(folder.resolve("home"));
    }

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
    }

    private void runWitness() throws Exception {
        command.run("build", WitnessGuest.recipe(folder.resolve("recipe")).toString()).succeeded();
        command.run("run", "local/witness", "--name", "witness", "--detach").succeeded();
        awaitCounting(0);
    }

    /// What the guest said, each only after it was on its disk.
    private List<Long> said() throws IOException {
        Path log = command.folder("witness").resolve("console.log");
        if (!Files.exists(log)) {
            return List.of();
        }
        // A kill may tear a line.
        return Arrays.stream(Files.readString(log, StandardCharsets.ISO_8859_1).split("\n"))
                .filter(line -> line.matches("[0-9a-f]{8}"))
                .map(line -> Long.parseLong(line, 16))
                .toList();
    }

    private void awaitCounting(int before) throws Exception {
        Waiting.until("it counts", PATIENCE, () -> said().size() > before + 2);
    }

    private String status() throws Exception {
        return command.listed("witness").get("status") + "";
    }

    private String opening() throws Exception {
        return command.listed("witness").get("opening") + "";
    }

    @Test
    void whateverIsKilledWhileItIsSavedTheCounterNeverGoesBack() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        runWitness();
        int resumed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int before = said().size();
            Map<?, ?> running = command.listed("witness");
            Process suspend = command.start("suspend", "witness");
            TimeUnit.MILLISECONDS.sleep(random.nextInt(900));
            switch (random.nextInt(4)) {
                case 0 -> kill(running.get("keeperPid"));
                case 1 -> kill(running.get("qemuPid"));
                case 2 -> suspend.destroyForcibly();
                default -> {}
            }
            assertThat(suspend.waitFor(60, TimeUnit.SECONDS)).isTrue();
            Waiting.until(
                    "the save is over",
                    PATIENCE,
                    () -> !status().equals("starting") && !isSaving(before));
            if (!status().equals("running")) {
                command.run("run", "witness", "--detach").succeeded();
            }
            if (opening().startsWith("resuming")) {
                resumed++;
            }
            awaitCounting(said().size());
            assertThat(said())
                    .as("seed %d, round %d", seed, round)
                    .isSortedAccordingTo(Long::compare)
                    .doesNotHaveDuplicates();
        }
        assertThat(resumed).as("seed %d", seed).isGreaterThan(ROUNDS / 5);
    }

    /// A machine that runs and does not count is being saved.
    private boolean isSaving(int before) throws Exception {
        if (!status().equals("running")) {
            return false;
        }
        int now = said().size();
        TimeUnit.MILLISECONDS.sleep(300);
        return said().size() == now && now >= before;
    }

    private static void kill(Object pid) {
        ProcessHandle.of(((Number) pid).longValue()).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void aStateWithAChangedByteIsRefusedAndTheMachineBoots() throws Exception {
        runWitness();
        for (String file : List.of("devices", "memory.index", "state.json", ".pages", ".qcow2")) {
            command.run("suspend", "witness").succeeded();
            assertThat(status()).isEqualTo("suspended");
            flip(newest(file));
            int before = said().size();
            command.run("run", "witness", "--detach").succeeded();
            assertThat(opening()).as(file).startsWith("booting: state ").contains("refused");
            if (!file.equals(".qcow2")) {
                awaitCounting(before);
            } else {
                command.run("stop", "witness", "--patience", "0").succeeded();
            }
        }
        Path head = command.folder("witness").resolve("head.json");
        byte[] good = Files.readAllBytes(head);
        flip(head);
        assertThat(command.run("run", "witness", "--detach").exitCode()).isEqualTo(DAMAGED);
        Files.write(head, good);
        command.run("run", "witness", "--detach").succeeded();
    }

    private Path newest(String ending) throws IOException {
        try (Stream<Path> files = Files.walk(command.folder("witness"))) {
            return files.filter(file -> file.toString().endsWith(ending))
                    .max(java.util.Comparator.comparingLong(file -> file.toFile().lastModified()))
                    .orElseThrow();
        }
    }

    /// Changes one byte in the middle.
    private static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 0x10;
        Path changed = Files.write(file.resolveSibling("changed"), bytes);
        Files.move(changed, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void snapshotsAndClonesGoTheirOwnWays() throws Exception {
        runWitness();
        long earlier = said().getLast();
        command.run("snapshot", "witness", "before").succeeded();
        // What it said until then may come late, but in its order.
        awaitCounting(said().size());
        long then = said().getLast();
        command.run("clone", "witness", "twin").succeeded();
        assertThat(command.run("history", "witness").succeeded().output())
                .contains("witness@1")
                .contains("before")
                .contains("witness@2");
        command.run("run", "twin", "--detach").succeeded();
        assertThat(command.listed("twin").get("opening")).isEqualTo("resuming state 2");
        assertThat(command.listed("twin").get("mac"))
                .isNotEqualTo(command.listed("witness").get("mac"));
        command.run("suspend", "witness").succeeded();
        assertThat(command.run("restore", "witness@1", "--yes").succeeded().output())
                .contains("back at state 1");
        int before = said().size();
        command.run("run", "witness", "--detach").succeeded();
        assertThat(opening()).isEqualTo("resuming state 1");
        awaitCounting(before);
        // It is where it was when the snapshot was taken.
        assertThat(said().get(before)).isBetween(earlier, then + 1);
        assertThat(command.listed("twin").get("status")).isEqualTo("running");
    }

    @Test
    void memoryAndAFileBeingWrittenGoOnAlsoUnderALaterQemu() throws Exception {
        Path recipe = TinyLinux.recipe(folder.resolve("tiny"));
        command.run("build", recipe.toString()).succeeded();
        TinyLinux.run(command, "tiny", "local/tiny", "--name", "tiny");
        try (GuestConsole console = GuestConsole.of(command, "tiny")) {
            console.ask("kept=4711");
            console.ask("(while :; do echo line; sleep 0.1; done >/home/log) & writer=$!");
        }
        command.run("suspend", "tiny").succeeded();
        Command later = command.with("CARRYALL_QEMU", OtherQemu.folder().toString());
        later.run("resume", "tiny", "--detach").succeeded();
        assertThat(command.listed("tiny").get("opening")).isEqualTo("resuming state 1");
        try (GuestConsole console = GuestConsole.of(command, "tiny")) {
            assertThat(console.ask("echo is $kept")).contains("is 4711");
            console.ask("kill -0 $writer");
            String lines = console.ask("wc -l </home/log; sleep 1; wc -l </home/log");
            List<Integer> counts =
                    Arrays.stream(lines.split("\\s+"))
                            .filter(word -> word.matches("[0-9]+"))
                            .map(Integer::parseInt)
                            .toList();
            assertThat(counts.getLast()).isGreaterThan(counts.get(counts.size() - 2));
        }
        later.run("suspend", "tiny").succeeded();
        // This host's own QEMU is older than the one that saved it now.
        command.run("run", "tiny", "--detach").succeeded();
        assertThat(command.listed("tiny").get("opening") + "")
                .contains("booting: state 2 was taken with QEMU");
    }
}
