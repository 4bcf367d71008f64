package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is killed while a machine is brought to another release, taken back, or reset: what the
/// guest had flushed to its personal disk is there, and the machine starts. `./bench crash` does it
/// longer.
@Tag("crash")
final class KilledChangesTest {
    private static final int ROUNDS = Integer.getInteger("carryall.rounds", 8);
    private static final int LONGEST_VERB_MILLIS = 900;
    private static final int LONGEST_START_MILLIS = 2000;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private enum Victim {
        COMMAND,
        KEEPER,
        QEMU,
        NOBODY
    }

    @TempDir private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));
    private final Map<String, Integer> happened = new HashMap<>();

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
    }

    @Test
    void whateverIsKilledWhileAMachineChangesThePersonalDiskIsWhatTheGuestFlushed()
            throws Exception {
        long seed = Long.getLong("crash.seed", new Random().nextLong(1_000_000));
        System.out.println("KilledChangesTest: to repeat it: ./test -Dcrash.seed=" + seed);
        Random random = new Random(seed);
        command = Command.over(folder.resolve("user"));
        publish(1);
        command.run("run", shelf() + "/witness", "--yes", "--detach").succeeded();
        publish(2);
        for (int round = 0; round < ROUNDS; round++) {
            awaitCounting();
            String version = command.listed("witness").get("version") + "";
            try {
                change(random, version);
                startAgain(random);
            } catch (Exception | AssertionError failure) {
                throw new AssertionError("round " + round + " of seed " + seed, failure);
            }
            command.run("run", "witness", "--detach").succeeded();
            awaitCounting();
            assertThat(said())
                    .as("seed %d, round %d", seed, round)
                    .isSortedAccordingTo(Long::compare)
                    .doesNotHaveDuplicates();
            String now = command.listed("witness").get("version") + "";
            assertThat(now).isIn("1", "2");
            happened.merge(now.equals(version) ? "stayed" : "switched", 1, Integer::sum);
            assertThat(command.run("history", "witness").succeeded().output())
                    .doesNotContain("damaged");
        }
        System.out.println(
                "KilledChangesTest: " + happened + ", counted to " + said().getLast() + ", lost 0");
        assertThat(happened.getOrDefault("switched", 0)).as("seed %d", seed).isPositive();
    }

    private Path shelf() {
        return folder.resolve("shelf");
    }

    private void publish(int version) throws Exception {
        Command publisher = Command.over(folder.resolve("publisher"));
        if (version == 1) {
            publisher.run("keygen", "acme").succeeded();
        }
        Path recipe = WitnessGuest.personalRecipe(folder.resolve("witness-" + version), version);
        publisher.run("publish", recipe.toString(), shelf().toString()).succeeded();
    }

    /// A verb that changes the machine, which runs, is stopped, or is suspended.
    private void change(Random random, String version) throws Exception {
        int before = random.nextInt(3);
        if (before == 1) {
            command.run("stop", "witness", "--patience", "0").succeeded();
        } else if (before == 2) {
            command.run("suspend", "witness").succeeded();
        }
        String[] verb =
                before > 0 && random.nextInt(3) == 0
                        ? new String[] {"reset", "witness", "--yes"}
                        : version.equals("1")
                                ? new String[] {"update", "witness", "--close"}
                                : new String[] {"rollback", "witness", "--close"};
        killDuring(random, verb, LONGEST_VERB_MILLIS);
    }

    /// A start, which may have to do what waits.
    private void startAgain(Random random) throws Exception {
        if ("running".equals(status())) {
            command.run("stop", "witness", "--patience", "0").succeeded();
        }
        killDuring(random, new String[] {"run", "witness", "--detach"}, LONGEST_START_MILLIS);
        // Who asked is gone; the keeper is perhaps still to come.
        Waiting.until("it has begun or ended", PATIENCE, () -> !"starting".equals(status()));
    }

    private void killDuring(Random random, String[] words, int longestMillis) throws Exception {
        Victim victim = Victim.values()[random.nextInt(Victim.values().length)];
        Process process = command.start(words);
        process.getOutputStream().close();
        // The moment of the kill is what this test varies.
        TimeUnit.MILLISECONDS.sleep(random.nextInt(longestMillis));
        switch (victim) {
            case COMMAND -> process.destroyForcibly();
            case KEEPER -> kill("keeperPid");
            case QEMU -> kill("qemuPid");
            case NOBODY -> {}
        }
        happened.merge(words[0] + " and " + victim, 1, Integer::sum);
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).as("it ends").isTrue();
    }

    private void kill(String pid) throws Exception {
        if (command.listed("witness").get(pid) instanceof Number number) {
            Processes.kill(command, "witness", number.longValue());
        }
    }

    private String status() throws Exception {
        return command.listed("witness").get("status") + "";
    }

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

    private void awaitCounting() throws Exception {
        int before = said().size();
        Waiting.until("it counts", PATIENCE, () -> said().size() > before + 2);
    }
}
