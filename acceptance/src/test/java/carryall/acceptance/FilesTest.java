package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files on the disk of a machine that does not run: listed, taken out, put in, and more room
/// for them. Most machines here have a system that no BIOS would start.
final class FilesTest {
    private static final int BUSY = 4;
    private static final int MISSING = 3;
    private static final int DAMAGED = 5;
    private static final int HOST = 6;
    private static final int USAGE = 2;
    private static final int KILLS = 12;
    private static final long MIB = 1 << 20;

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

    /// A machine that was opened once, in vain.
    private void broken(String name) throws Exception {
        Path recipe = Files.createDirectories(folder.resolve("broken"));
        Files.write(recipe.resolve("disk.raw"), new byte[1 << 16]);
        Files.writeString(
                recipe.resolve("recipe.yaml"),
                "name: broken\nversion: \"1\"\nimage: disk.raw\nmemory: 64MiB\npersonal: 64MiB\n",
                StandardCharsets.UTF_8);
        command.run("run", recipe.toString(), "--name", name, "--detach").succeeded();
        command.run("stop", name, "--patience", "0").succeeded();
        Processes.awaitNone(command, name);
    }

    private Path base(String machine) {
        return command.folder(machine).resolve("disks").resolve("personal.raw");
    }

    /// Changes a machine's disk as its guest could have.
    private void debugfs(String machine, String... requests) throws Exception {
        Path script = Files.write(folder.resolve("requests"), List.of(requests));
        Tool.run("debugfs", "-w", "-f", script.toString(), base(machine).toString());
    }

    private Command.Result files(String machine, String... words)
            throws IOException, InterruptedException {
        String[] all =
                Stream.concat(Stream.of("files", machine), Stream.of(words)).toArray(String[]::new);
        return command.run(all);
    }

    private static void refused(Command.Result result, int code, String... said) {
        assertThat(result.exitCode()).as(result.output() + result.errors()).isEqualTo(code);
        assertThat(result.errors()).contains(said).contains("→").hasLineCount(2);
    }

    @Test
    void aMachineThatCannotStartGivesAndTakesFiles() throws Exception {
        broken("plans");
        Path house = Files.createDirectories(folder.resolve("my \"house\" #1"));
        Files.createDirectories(house.resolve("cellar/deep"));
        Files.writeString(house.resolve("cellar/<12> wine"), "red");
        Files.write(house.resolve("big"), new byte[3_000_000]);
        Files.createSymbolicLink(house.resolve("down"), Path.of("cellar/deep"));
        Files.writeString(house.resolve("run"), "#!/bin/sh\n");
        Tool.run("chmod", "755", house.resolve("run").toString());
        Tool.script("printf x >\"$1\"/$(printf 'b\\377ad')", house.toString());

        files("plans", "put", house.toString()).succeeded();
        String listed = files("plans", "ls", "/my \"house\" #1").succeeded().output();
        assertThat(listed)
                .containsPattern("-rw-r--r-- +1000 +1000 3000000 .* big\n")
                .containsPattern("lrwxrwxrwx .* down -> cellar/deep\n")
                .containsPattern("-rwxr-xr-x +1000 +1000 .* run\n");
        Map<String, Object> object = files("plans", "ls", "/", "--json").object();
        assertThat(object).containsEntry("disk", "personal").containsEntry("path", "/");

        Path got = folder.resolve("got");
        files("plans", "get", "/my \"house\" #1", got.toString()).succeeded();
        Tool.run("diff", "-r", "--no-dereference", house.toString(), got.toString());
        assertThat(Files.isExecutable(got.resolve("run"))).isTrue();
        // The second time into that folder; the third time it is there.
        files("plans", "get", "/my \"house\" #1", got.toString()).succeeded();
        refused(
                files("plans", "get", "/my \"house\" #1", got.toString()),
                BUSY,
                "is there already");
        // In a link to a folder, and over a file that is there.
        Path small = Files.writeString(folder.resolve("small"), "small");
        files("plans", "put", small.toString(), "/my \"house\" #1/down").succeeded();
        files("plans", "put", small.toString(), "/my \"house\" #1/big").succeeded();
        files("plans", "get", "/my \"house\" #1/cellar/../down/small", folder + "/again")
                .succeeded();
        assertThat(folder.resolve("again")).hasContent("small");
        assertThat(files("plans", "ls", "/my \"house\" #1").output()).doesNotContain("3000000");
        refused(files("plans", "put", house.toString()), BUSY, "already");
        refused(files("plans", "put", small.toString(), "/none/x"), MISSING, "/none");
        refused(files("plans", "put", small.toString(), "--system"), USAGE, "publisher's");
        assertLeftNothing("plans");
    }

    private void assertLeftNothing(String machine) throws Exception {
        try (Stream<Path> left = Files.list(command.folder(machine))) {
            assertThat(left.map(file -> file.getFileName().toString()))
                    .doesNotContain("put", "tools");
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo")))
                .doesNotContain(folder.toString());
    }

    @Test
    void aDiskGrowsWithAllThatIsOnItAndSaysHowFullItIs() throws Exception {
        broken("plans");
        Path letter = Files.writeString(folder.resolve("letter"), "of old");
        files("plans", "put", letter.toString()).succeeded();
        assertThat(disk("sizeBytes")).isEqualTo(64 * MIB);
        long used = disk("usedBytes");
        assertThat(used).isBetween(1L, 32 * MIB);
        int before = snapshot();

        assertThat(command.run("grow", "plans", "200MiB", "--json").object())
                .containsEntry("sizeBytes", 200 * MIB);
        assertThat(command.run("grow", "plans", "+56MiB").succeeded().output()).contains("256 MiB");
        assertThat(disk("sizeBytes")).isEqualTo(256 * MIB);
        Path large = folder.resolve("large");
        byte[] content = new byte[(int) (140 * MIB)];
        new Random(6).nextBytes(content);
        Files.write(large, content);
        files("plans", "put", large.toString()).succeeded();
        assertThat(disk("usedBytes")).isGreaterThan(100 * MIB);
        refused(command.run("grow", "plans", "10MiB"), USAGE, "256 MiB", "carryall grow plans");
        refused(command.run("grow", "plans", "much"), USAGE, "'much'");
        refused(files("plans", "put", large.toString(), "/a"), HOST, "do not fit");

        command.run("restore", "plans@" + before, "--yes").succeeded();
        assertThat(disk("sizeBytes")).isEqualTo(64 * MIB);
        assertThat(disk("usedBytes")).isEqualTo(used);
        files("plans", "get", "/letter", folder + "/back").succeeded();
        assertThat(folder.resolve("back")).hasContent("of old");
    }

    private long disk(String key) throws Exception {
        return command.run("show", "plans", "--json").object().get("personalDisk")
                                instanceof Map<?, ?> disk
                        && disk.get(key) instanceof Number bytes
                ? bytes.longValue()
                : -1;
    }

    private int snapshot() throws Exception {
        return command.run("snapshot", "plans", "--json").object().get("state")
                        instanceof Number state
                ? state.intValue()
                : -1;
    }

    @Test
    void whatAGuestMadeReachesNothingElseOnTheHost() throws Exception {
        broken("plans");
        Path letter = Files.writeString(folder.resolve("letter"), "a letter");
        debugfs(
                "plans",
                "mkdir /box",
                "write " + letter + " huge",
                "sif huge size 1000000000000",
                "cd /box",
                "write " + letter + " letter",
                // No file system lets a name have a slash; this one was not asked.
                "write " + letter + " ../../evil",
                "symlink root /etc",
                "symlink up ../../../../letter",
                "symlink inside letter",
                "symlink a b",
                "symlink b a",
                "mknod null c 1 3",
                "mknod pipe p");
        Tool.run("debugfs", "-w", "-R", "write " + letter + " \"line\nfeed\"", base("plans") + "");
        Path got = folder.resolve("got");
        Command.Result result = files("plans", "get", "/box", got.toString()).succeeded();
        assertThat(result.errors())
                .contains("root is a link to /etc, outside")
                .contains("up is a link")
                .contains("null is neither")
                .contains("pipe is neither");
        try (Stream<Path> all = Files.list(got)) {
            assertThat(all.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("letter", "inside", "a", "b");
        }
        assertThat(got.resolve("inside")).hasContent("a letter");
        assertThat(files("plans", "ls").succeeded().output()).contains("line\\x0afeed");
        refused(files("plans", "get", "/box/a", folder + "/a"), MISSING, "no /box/a");
        refused(files("plans", "get", "/box/root/passwd", folder + "/p"), MISSING, "no /box/root");
        refused(files("plans", "get", "/box/null", folder + "/n"), MISSING, "neither");
        refused(
                files("plans", "get", "/huge", folder + "/huge"),
                HOST,
                "no space is left for " + folder);
        assertThat(Files.exists(folder.resolve("huge"), LinkOption.NOFOLLOW_LINKS)).isFalse();
        assertLeftNothing("plans");
    }

    @Test
    void aDiskThatIsNoneSaysSo() throws Exception {
        broken("plans");
        byte[] garbage = new byte[(int) (64 * MIB)];
        new Random(6).nextBytes(garbage);
        Files.write(base("plans"), garbage);
        refused(files("plans", "ls"), MISSING, "no ext4 file system");
        refused(command.run("grow", "plans", "+1GiB"), MISSING, "no ext4 file system");

        // A superblock, and nothing sound behind it.
        Tool.run("mke2fs", "-q", "-t", "ext4", "-F", base("plans").toString());
        byte[] hollow = Files.readAllBytes(base("plans"));
        System.arraycopy(garbage, 0, hollow, 2048, (int) (16 * MIB));
        Files.write(base("plans"), hollow);
        Command.Result ls = files("plans", "ls");
        assertThat(ls.exitCode()).as(ls.errors()).isIn(DAMAGED, MISSING);
        assertThat(ls.errors()).contains("→");
        Path letter = Files.writeString(folder.resolve("letter"), "x");
        String head = head("plans");
        assertThat(files("plans", "put", letter.toString()).exitCode()).isIn(DAMAGED, MISSING);
        assertThat(head("plans")).isEqualTo(head);
    }

    private Set<String> layers(String machine) throws IOException {
        try (Stream<Path> all = Files.list(command.folder(machine).resolve("disks"))) {
            return all.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private String head(String machine) throws IOException {
        return Files.readString(command.folder(machine).resolve("head.json"));
    }

    @Test
    void aPutOrAGrowThatIsKilledLeavesTheMachineAsItWas() throws Exception {
        broken("plans");
        Random random = new Random(Long.getLong("crash.seed", 6));
        Path tree = Files.createDirectories(folder.resolve("tree"));
        for (int i = 0; i < 40; i++) {
            Files.write(tree.resolve("file " + i), new byte[100_000]);
        }
        files("plans", "put", folder.resolve("broken/disk.raw").toString(), "/first").succeeded();
        for (int round = 0; round < KILLS; round++) {
            String head = head("plans");
            Set<String> layers = layers("plans");
            Process verb =
                    round % 3 == 2
                            ? command.start("grow", "plans", "+64MiB")
                            : command.start("files", "plans", "put", tree + "", "/tree" + round);
            Waiting.until(
                    "the verb is at work, or over",
                    Duration.ofSeconds(60),
                    () -> !layers.containsAll(layers("plans")) || !verb.isAlive());
            // The moment of the kill is what this test varies.
            TimeUnit.MILLISECONDS.sleep(random.nextInt(3000));
            verb.destroyForcibly();
            verb.waitFor();
            boolean isDone = !head("plans").equals(head);
            String listed = files("plans", "ls").succeeded().output();
            assertThat(listed).contains("first");
            assertThat(listed.contains(" tree" + round + "\n")).isEqualTo(isDone && round % 3 != 2);
        }
        files("plans", "put", tree.toString(), "/last").succeeded();
        files("plans", "get", "/last", folder + "/last").succeeded();
        Tool.run("diff", "-r", tree.toString(), folder + "/last");
        Processes.awaitNone(command, "plans");
        assertLeftNothing("plans");
    }

    @Test
    void aGuestFindsWhatWasPutAndTheRoomThatWasMade() throws Exception {
        Path recipe = TinyLinux.recipe(folder.resolve("tiny"));
        TinyLinux.run(command, "anna", recipe.toString(), "--name", "anna");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("echo of anna >/home/letter; sync");
        }
        refused(files("anna", "ls"), BUSY, "in use", "carryall stop anna");
        refused(command.run("grow", "anna", "+1GiB"), BUSY, "carryall stop anna");

        command.run("suspend", "anna").succeeded();
        Processes.awaitNone(command, "anna");
        Command.Result ls = files("anna", "ls").succeeded();
        assertThat(ls.output()).contains("letter");
        assertThat(ls.errors()).contains("anna is suspended").hasLineCount(1);
        files("anna", "get", "/letter", folder + "/letter").succeeded();
        assertThat(folder.resolve("letter")).hasContent("of anna");
        refused(
                files("anna", "put", folder + "/letter", "/other"),
                BUSY,
                "suspended",
                "carryall stop anna");
        refused(command.run("grow", "anna", "+1GiB"), BUSY, "suspended");

        command.run("run", "anna", "--detach").succeeded();
        command.run(Duration.ofMinutes(2), "stop", "anna").succeeded();
        Processes.awaitNone(command, "anna");
        files("anna", "put", folder + "/letter", "/other").succeeded();
        command.run("grow", "anna", "200MiB").succeeded();
        TinyLinux.run(command, "anna", "anna");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            assertThat(console.ask("cat /home/other")).contains("of anna");
            assertThat(console.ask("stat -c %u:%g:%a /home/other")).contains("1000:1000:644");
            String free = console.ask("df -m /home | tail -1");
            assertThat(free).containsPattern("\\s1[5-9][0-9]\\s");
            console.ask("echo more >/home/third; sync");
        }
        // The same disk in a machine that is killed: what is only in the journal is read too.
        for (ProcessHandle each : Processes.of(command, "anna")) {
            each.destroyForcibly();
        }
        Processes.awaitNone(command, "anna");
        assertThat(files("anna", "ls").succeeded().output()).contains("third");
        assertThat(command.run("show", "anna").succeeded().output())
                .contains("personalDisk:\n  sizeBytes       209715200\n  usedBytes ");
    }
}
