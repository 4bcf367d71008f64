package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever is killed, at whatever moment: what the guest had flushed is on its disk, nothing is
/// left running, the list of machines says what happened, and the machine starts again from there.
final class CrashTest {
    private static final int ROUNDS = 100;
    private static final int MACHINES = 2;
    private static final int LONGEST_DELAY_MILLIS = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    @TempDir private Path folder = Path.of("");

    private enum Victim {
        KEEPER,
        QEMU,
        BOTH
    }

    private static final List<Victim> VICTIMS = List.of(Victim.values());

    /// What one machine went through.
    ///
    /// @param said how many counters the guest said in all
    private record Toll(Map<Victim, Integer> kills, long said, long counter) {}

    @AfterEach
    void endAll() throws Exception {
        command().stopAll();
    }

    private Command command() {
        return Command.over(folder.resolve("home"));
    }

    @Test
    void aHundredKillsLoseNothingThatTheGuestHadFlushed() throws Exception {
        long seed = Long.getLong("crash.seed", new Random().nextLong(1_000_000));
        System.out.println("CrashTest: to repeat it: ./test -Dcrash.seed=" + seed);
        command().run("build", WitnessGuest.recipe(folder.resolve("witness")) + "").succeeded();
        List<Future<Toll>> tolls = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(MACHINES)) {
            for (int i = 0; i < MACHINES; i++) {
                Victims victims = new Victims("witness-" + i, new Random(seed + i));
                tolls.add(threads.submit(victims));
            }
        }
        int kills = 0;
        for (Future<Toll> toll : tolls) {
            System.out.println("CrashTest: " + toll.get() + ", lost 0");
            kills += toll.get().kills().values().stream().mapToInt(count -> count).sum();
            assertThat(toll.get().said()).isGreaterThan(ROUNDS / MACHINES);
        }
        assertThat(kills).isEqualTo(ROUNDS);
    }

    /// One machine, which is run and killed again and again.
    private final class Victims implements Callable<Toll> {
        private final Command command = command();
        private final String name;
        private final Random random;
        private final Path console;
        private long said;
        private long counter;

        Victims(String name, Random random) {
            this.name = name;
            this.random = random;
            this.console = command.folder(name).resolve("console.log");
        }

        @Override
        public Toll call() throws Exception {
            Map<Victim, Integer> kills = new java.util.EnumMap<>(Victim.class);
            for (int round = 0; round < ROUNDS / MACHINES; round++) {
                Victim victim = VICTIMS.get(random.nextInt(VICTIMS.size()));
                int delay = random.nextInt(LONGEST_DELAY_MILLIS + 1);
                try {
                    die(victim, delay);
                } catch (Exception | AssertionError failure) {
                    throw new AssertionError(
                            name + ", round " + round + ": " + victim + " after " + delay + " ms",
                            failure);
                }
                kills.merge(victim, 1, Integer::sum);
            }
            goesOn();
            return new Toll(kills, said, counter);
        }

        private void die(Victim victim, int delayMillis) throws Exception {
            long sizeBefore = Files.exists(console) ? Files.size(console) : 0;
            Map<String, Object> running =
                    command.run("run", "local/witness", "--name", name, "--detach", "--json")
                            .object();
            assertThat(running).containsEntry("status", "running");
            // The moment of the kill is what this test varies.
            TimeUnit.MILLISECONDS.sleep(delayMillis);
            kill(victim, running);
            Map<?, ?> listed = command.listed(name);
            assertThat(listed.get("status")).as("%s", listed).isEqualTo("stopped");
            assertThat(outcome(listed))
                    .as("%s", listed)
                    .isIn(
                            switch (victim) {
                                case KEEPER -> List.of("keeper_died");
                                case QEMU -> List.of("qemu_died");
                                // Whether the keeper lived to write it down is chance.
                                case BOTH -> List.of("keeper_died", "qemu_died");
                            });
            Processes.awaitNone(command, name);
            check(counters(sizeBefore));
        }

        private void kill(Victim victim, Map<String, Object> running) {
            List<String> pids =
                    switch (victim) {
                        case KEEPER -> List.of("keeperPid");
                        case QEMU -> List.of("qemuPid");
                        case BOTH ->
                                random.nextBoolean()
                                        ? List.of("keeperPid", "qemuPid")
                                        : List.of("qemuPid", "keeperPid");
                    };
            for (String pid : pids) {
                if (running.get(pid) instanceof Number number) {
                    Processes.kill(command, name, number.longValue());
                } else {
                    throw new AssertionError("no " + pid + " in " + running);
                }
            }
        }

        private Object outcome(Map<?, ?> listed) {
            return listed.get("lastRun") instanceof Map<?, ?> run ? run.get("outcome") : "none";
        }

        /// What the guest said in this run: whole lines only.
        private List<Long> counters(long from) throws Exception {
            byte[] log = Files.exists(console) ? Files.readAllBytes(console) : new byte[0];
            String text =
                    new String(log, (int) from, (int) (log.length - from), StandardCharsets.UTF_8);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            return Arrays.stream(whole.split("\n"))
                    .filter(line -> !line.isEmpty())
                    .map(line -> Long.parseLong(line, 16))
                    .toList();
        }

        /// Compares what was said with what is on the disk.
        private void check(List<Long> counters) throws Exception {
            long before = counter;
            counter = Disk.witnessed(Disk.system(command.folder(name)));
            for (int i = 0; i < counters.size(); i++) {
                assertThat(counters.get(i))
                        .as("the counter goes on from %d: %s", before, counters)
                        .isEqualTo(before + 1 + i);
            }
            long last = before + counters.size();
            assertThat(counter).as("said %d", last).isBetween(last, last + 2);
            said += counters.size();
        }

        /// The machine is as good as ever.
        private void goesOn() throws Exception {
            long size = Files.size(console);
            command.run("run", name, "--detach").succeeded();
            Waiting.until("it counts on", PATIENCE, () -> counters(size).size() > 2);
            command.run("stop", name, "--patience", "0").succeeded();
            check(counters(size));
        }
    }
}
