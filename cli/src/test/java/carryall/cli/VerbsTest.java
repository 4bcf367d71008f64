package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.machine.MachineName;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/// Commands by transcript, as far as they need no QEMU.
final class VerbsTest {
    private static final String RUN =
            "{\"format\":1,\"started\":\"2026-11-24T05:54:00Z\",\"ended\":\"2026-11-24T05:55:00Z\","
                    + "\"outcome\":\"qemu_died\",\"reason\":\"code 137\\nname  running\\u001b[2J\"}";

    @TempDir private Path temp;
    private Session session = new Session(Path.of(""), 0);

    @BeforeEach
    void begin() {
        session = new Session(temp, 0);
    }

    @Test
    void lsOfNothingSaysHowToBegin() throws IOException {
        Session.Transcript ls = session.type("ls").returned(0);
        assertThat(ls.output()).isEmpty();
        assertThat(ls.errors())
                .isEqualTo(
                        "There is no machine yet. Begin with `carryall run examples/librecad`.\n");
        assertThat(session.type("ls --json").returned(0).output()).isEqualTo("{\"machines\":[]}\n");
        assertThat(session.left()).isEmpty();
    }

    @Test
    void lsShowsStoppedAndDamagedMachines() throws IOException {
        session.machine("plans");
        session.machine("old");
        session.machine("bad");
        Files.writeString(
                session.machines().folder(new MachineName("old")).resolve("run.json"), RUN);
        Path file = session.machines().folder(new MachineName("bad")).resolve("machine.json");
        Files.writeString(file, "{}");
        List<String> lines = session.type("ls").returned(0).output().lines().toList();
        assertThat(lines).hasSize(4);
        assertThat(lines.get(0)).isEqualTo("NAME   STATUS    APPLIANCE    SINCE");
        assertThat(lines.get(1))
                .isEqualTo(
                        "bad    damaged   ?            "
                                + file
                                + " is damaged: key format is missing");
        assertThat(lines.get(2))
                .startsWith("old    stopped   local/dos 1  ")
                .endsWith(" ago, QEMU died: code 137\\x0aname  running\\x1b[2J");
        assertThat(lines.get(3)).isEqualTo("plans  stopped   local/dos 1  never run");
    }

    @Test
    void showSaysAllAboutAMachine() throws IOException {
        var machine = session.machine("plans", "title: DOS", "memory: 32MiB");
        String folder = session.machines().folder(machine.name()).toString();
        assertThat(session.type("show plans").returned(0).output())
                .isEqualTo(
                        """
                        name              plans
                        status            stopped
                        appliance         local/dos
                        version           1
                        title             DOS
                        applianceDigest   %s
                        network           none
                        memoryBytes       33554432
                        cpus              1
                        mac               %s
                        created           %s
                        folder            %s
                        """
                                .formatted(
                                        machine.appliance(),
                                        machine.mac(),
                                        machine.created(),
                                        folder));
        assertThat(session.type("show plans --json").returned(0).output())
                .isEqualTo(
                        ("{\"name\":\"plans\",\"status\":\"stopped\",\"appliance\":\"local/dos\","
                                        + "\"version\":\"1\",\"title\":\"DOS\",\"applianceDigest\":"
                                        + "\"%s\",\"network\":\"none\",\"memoryBytes\":33554432,"
                                        + "\"cpus\":1,\"mac\":\"%s\",\"created\":\"%s\","
                                        + "\"folder\":\"%s\"}\n")
                                .formatted(
                                        machine.appliance(),
                                        machine.mac(),
                                        machine.created(),
                                        folder));
    }

    @Test
    void showTellsTheReleaseBeforeAndTheNext() throws IOException {
        var machine = session.machine("plans");
        Path folder = session.machines().folder(machine.name());
        String next = "sha256:" + "b".repeat(64);
        Files.writeString(
                folder.resolve("next.json"), "{\"format\":1,\"appliance\":\"" + next + "\"}\n");
        assertThat(session.type("show plans").returned(0).output())
                .contains("next:\n  applianceDigest %s\n".formatted(next));
        assertThat(session.type("show plans --json").returned(0).output())
                .contains("\"next\":{\"applianceDigest\":\"" + next + "\"}");
        assertThat(session.type("ls").returned(0).output())
                .contains("never run, next start: another release");
    }

    @Test
    void rmNeedsAYesWhenNobodyWatches() throws IOException {
        session.machine("plans");
        List<String> before = session.left();
        Session.Transcript rm = session.type("rm plans").returned(Exit.USAGE);
        assertThat(rm.output()).isEmpty();
        assertThat(rm.errors())
                .isEqualTo(
                        """
                        carryall: removing plans deletes its personal disk, which needs a yes
                          → say it with `--yes`
                        """);
        assertThat(session.left()).isEqualTo(before);
        assertThat(session.type("rm plans --yes").returned(0).output())
                .isEqualTo("plans is removed.\n");
        assertThat(session.left()).isEmpty();
    }

    @Test
    void rmAsksWhoWatches() throws IOException {
        session.machine("plans");
        Session watched = new Session(temp, 20);
        for (String no : List.of("", "n\n", "\n", "yes please\n")) {
            Session.Transcript rm = watched.type(List.of("rm", "plans"), no).returned(0);
            assertThat(rm.errors())
                    .isEqualTo(
                            "Delete plans and the data on its personal disk? [y/N] "
                                    + "Nothing was removed.\n");
        }
        assertThat(watched.type(List.of("rm", "plans", "--json"), "n\n").returned(0).output())
                .isEqualTo("{\"name\":\"plans\",\"removed\":false}\n");
        assertThat(session.left()).isNotEmpty();
        assertThat(watched.type(List.of("rm", "plans"), "Y\n").returned(0).output())
                .isEqualTo("plans is removed.\n");
        assertThat(session.left()).isEmpty();
    }

    @Test
    void aDamagedMachineCanBeRemoved() throws IOException {
        session.machine("bad");
        Files.delete(session.machines().folder(new MachineName("bad")).resolve("machine.json"));
        assertThat(session.type("rm bad --yes --json").returned(0).output())
                .isEqualTo("{\"name\":\"bad\",\"removed\":true}\n");
        assertThat(session.left()).isEmpty();
    }

    @Test
    void aMachineInUseIsNotRemoved() throws IOException {
        session.machine("plans");
        Path lock = session.machines().folder(new MachineName("plans")).resolve("keeper.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            assertThat(session.type("rm plans --yes").returned(Exit.BUSY).errors())
                    .isEqualTo(
                            """
                            carryall: plans is in use by its keeper
                              → stop it first: `carryall stop plans`
                            """);
        }
        assertThat(session.left()).contains("machines/plans/machine.json");
    }

    @Test
    void filesSaysWhatItCannotDoAndWhatToDo() throws IOException {
        session.machine("plans");
        assertThat(session.type("files plans ls").returned(Exit.MISSING).errors())
                .isEqualTo(
                        """
                        carryall: plans has no personal disk
                          → see `carryall show plans` for the disks it has
                        """);
        assertThat(session.type("files none ls").returned(Exit.MISSING).errors())
                .startsWith("carryall: there is no machine none\n");
        assertThat(session.type("files plans put x --system").returned(Exit.USAGE).errors())
                .isEqualTo(
                        """
                        carryall: the system disk is the publisher's, and nothing is put on it
                          → leave out --system, and the file is put on the personal disk
                        """);
        for (String words : List.of("ls a b", "get", "put", "get a b c")) {
            assertThat(session.type("files plans " + words).returned(Exit.USAGE).errors())
                    .contains("was given")
                    .contains("  → see `carryall files --help`");
        }
        assertThat(session.type("files plans put " + temp + "/none").returned(Exit.HOST).errors())
                .contains("none is not there");
        assertThat(session.type("files plans sing").returned(Exit.USAGE).errors()).contains("sing");
        Path lock = session.machines().folder(new MachineName("plans")).resolve("keeper.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.WRITE);
                var _ = channel.lock()) {
            for (String words : List.of("files plans ls", "grow plans +1GiB")) {
                assertThat(session.type(words).returned(Exit.BUSY).errors())
                        .isEqualTo(
                                """
                                carryall: plans is in use by its keeper
                                  → stop it first: `carryall stop plans`
                                """);
            }
        }
    }

    @Test
    void growSaysWhichSizesThereAre() throws IOException {
        session.machine("plans", "personal: 8MiB");
        assertThat(session.type("show plans").returned(0).output())
                .containsPattern("personalDisk:\n  sizeBytes +8388608\n  usedBytes +[1-9]");
        assertThat(session.type("grow plans much").returned(Exit.USAGE).errors())
                .isEqualTo(
                        """
                        carryall: 'much' is not a size such as 768MiB or 8GiB
                          → write how large it shall be: `carryall grow plans 20GiB`
                        """);
        for (String size : List.of("8MiB", "1MiB", "+0", "17TiB", "+4194304TiB")) {
            assertThat(session.type("grow plans " + size).returned(Exit.USAGE).errors())
                    .isEqualTo(
                            """
                            carryall: the personal disk of plans has 8 MiB and can become larger, up to 16 TiB
                              → say how much: `carryall grow plans +5GiB`
                            """);
        }
    }

    @Test
    void stopOfAStoppedMachineSaysSo() throws IOException {
        session.machine("plans");
        for (String verb :
                List.of(
                        "stop plans --patience 0",
                        "view plans",
                        "console plans",
                        "press plans a")) {
            Session.Transcript stop = session.type(verb).returned(Exit.BUSY);
            assertThat(stop.output()).isEmpty();
            assertThat(stop.errors())
                    .isEqualTo(
                            "carryall: plans is not running\n  → start it: `carryall run plans`\n");
        }
    }

    @Test
    void logsShowsTheLastLinesAndDrawsNothing() throws IOException {
        session.machine("plans");
        assertThat(session.type("logs plans").returned(0).output()).isEmpty();
        Files.writeString(
                session.machines().folder(new MachineName("plans")).resolve("console.log"),
                "one\r\ntwo\u001b]0;title\u0007\r\nthree\u202e\r\n");
        assertThat(session.type("logs plans --console -n 2").returned(0).output())
                .isEqualTo("two\\x1b]0;title\\x07\nthree\\u202e\n");
        assertThat(session.type("logs plans --console --json").returned(0).json().texts("lines"))
                .containsExactly("one", "two\u001b]0;title\u0007", "three\u202e");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "show",
                "rm",
                "stop",
                "view",
                "console",
                "logs",
                "screenshot",
                "press",
                "run"
            })
    void anUnknownNameIsMissing(String verb) throws IOException {
        String rest =
                switch (verb) {
                    case "screenshot" -> " x.png";
                    case "press" -> " a";
                    case "rm" -> " --yes";
                    default -> "";
                };
        Session.Transcript said = session.type(verb + " nosuch" + rest).returned(Exit.MISSING);
        assertThat(said.output()).isEmpty();
        assertThat(said.errors()).contains("there is no").contains("nosuch").contains("\n  → ");
        assertThat(session.left()).isEmpty();
    }

    @Test
    void wrongWordsAreUsage() {
        assertThat(session.type("lst").returned(Exit.USAGE).errors())
                .contains("'lst'")
                .endsWith("\n  → see `carryall --help`\n");
        assertThat(session.type("ls --wide").returned(Exit.USAGE).errors())
                .contains("'--wide'")
                .endsWith("\n  → see `carryall ls --help`\n");
        assertThat(session.type("show").returned(Exit.USAGE).errors()).contains("NAME");
        assertThat(session.type("show ../x").returned(Exit.USAGE).errors())
                .startsWith("carryall: '../x' is not a machine's name");
        assertThat(session.type("subscribe librecad").returned(Exit.USAGE).errors())
                .startsWith("carryall: 'librecad' is no reference");
        assertThat(session.type("stop x --patience soon").returned(Exit.USAGE).errors())
                .contains("'soon'");
        assertThat(session.type("run x --network lan").returned(Exit.USAGE).errors())
                .contains("lan");
        assertThat(session.type(List.of("show", "\u001b[2J\u202e"), "").returned(2).errors())
                .contains("\\x1b[2J\\u202e")
                .doesNotContain("\u001b");
        assertThat(session.type("@words").returned(Exit.USAGE).errors()).contains("'@words'");
        assertThat(session.type("-- ls").returned(Exit.USAGE).errors()).contains("'ls'");
        assertThat(session.type(List.of(), "").returned(Exit.USAGE).errors()).contains("Verbs:");
    }

    static List<String> verbs() {
        return List.copyOf(Verbs.whole().getSubcommands().keySet());
    }

    @ParameterizedTest
    @MethodSource("verbs")
    void theHelpOfEveryVerbListsTheExitCodesIn80Columns(String verb) {
        String help = session.type(verb + " --help").returned(0).output();
        assertThat(help).startsWith("Usage: carryall " + verb).contains("Exit codes: 0 done;");
        assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        // An address that is torn apart cannot be copied.
        assertThat(words(verb)).allSatisfy(word -> assertThat(help).contains(word));
        assertThat(help).contains("1 a fault").contains("8 the guest or QEMU failed.");
    }

    /// What stands between blanks in what is said of a verb's options and parameters.
    private static List<String> words(String verb) {
        CommandLine typed = Objects.requireNonNull(Verbs.whole().getSubcommands().get(verb));
        return typed.getCommandSpec().args().stream()
                .flatMap(each -> Stream.of(each.description()))
                .flatMap(text -> Stream.of(text.split(" ", -1)))
                .toList();
    }

    @Test
    void theHelpOfPruneSaysWhatGoesByItself() {
        assertThat(session.type("prune --help").returned(0).output()).contains("CARRYALL_KEEP");
    }

    @Test
    void aKeyThatIsNotThereIsSaidWithWhatToDo() throws IOException {
        session.type("keygen acme").returned(0);
        Session.Transcript said =
                session.type("keygen acme --replace-channel-key " + temp.resolve("none.key"))
                        .returned(Exit.MISSING);
        assertThat(said.errors())
                .startsWith("carryall: there is no key in " + temp.resolve("none.key"))
                .contains("\n  → name the file where that key is")
                .doesNotContain("doctor");
    }

    @Test
    void theHelpNamesEveryVerbThatIsNotHidden() {
        String help = session.type("--help").returned(0).output();
        assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        assertThat(help).contains("Exit codes:");
        for (String verb : verbs()) {
            boolean hidden = List.of("keep", "warm-up").contains(verb);
            assertThat(help.contains("\n  " + verb + " ")).as(verb).isEqualTo(!hidden);
        }
        assertThat(session.type("--version").returned(0).output()).startsWith("carryall ");
    }

    @Test
    void aBuildOfAnImageIsDoneOnce() throws IOException {
        Path recipe = session.recipe("dos", "personal: 8MiB", "title: \"D O S\"");
        Session.Transcript first = session.type("build " + recipe).returned(0);
        assertThat(first.errors())
                .isEqualTo("[1/2] copying the disk image\n[2/2] making the personal disk\n");
        assertThat(first.output())
                .startsWith("local/dos 1\n  system.raw       64 KiB  sha256:")
                .contains("\n  personal.raw      8 MiB  sha256:");
        Session.Transcript again = session.type("build " + recipe).returned(0);
        assertThat(again.errors()).isEmpty();
        assertThat(again.output()).isEqualTo(first.output());
        Path moved = Files.move(recipe, temp.resolve("moved"));
        assertThat(session.type("build " + moved).returned(0).errors()).isEmpty();
        assertThat(session.type("build " + moved + " --json").returned(0).output())
                .matches(
                        "\\{\"appliance\":\"local/dos\",\"version\":\"1\",\"digest\":\"sha256:\\S+\","
                                + "\"folder\":\"\\S+\",\"parts\":\\{\"system\":\\{\"sizeBytes\":65536,"
                                + "\"digest\":\"\\S+\"},\"personal\":\\{\\S+}}}\n");
        try (Stream<Path> built = Files.list(temp.resolve("home/appliances"))) {
            assertThat(built).hasSize(1);
        }
        Files.write(moved.resolve("disk.raw"), new byte[] {1});
        assertThat(session.type("build " + moved).returned(0).errors()).contains("[1/2]");
    }

    @Test
    void aWrongRecipeIsToldWithLineAndRemedy() throws IOException {
        Path recipe = session.recipe("dos", "cpus: 99");
        assertThat(session.type("build " + recipe).returned(Exit.USAGE).errors())
                .isEqualTo(
                        "carryall: "
                                + recipe.resolve("recipe.yaml")
                                + " line 4: cpus: 99 is out of range\n"
                                + "  → write a whole number from 1 to 16, without quotes\n");
        assertThat(session.type("build " + temp.resolve("none")).returned(Exit.MISSING).errors())
                .contains("there is no recipe " + temp.resolve("none"));
        assertThat(session.left()).isEmpty();
    }

    @Test
    void aDamagedApplianceNamesItsFile() throws IOException {
        var machine = session.machine("plans");
        Path file =
                temp.resolve("home/appliances")
                        .resolve(machine.appliance().hex())
                        .resolve("appliance.json");
        Files.delete(file);
        assertThat(session.type("ls").returned(0).output())
                .contains(machine.appliance().hex().substring(0, 12) + " (missing)");
        assertThat(session.type("show plans --json").returned(0).json().keys())
                .contains("applianceDigest")
                .doesNotContain("appliance");
    }

    @Test
    void everyAnswerInJsonIsOneObjectThatDrawsNothing() throws IOException {
        session.machine("plans", "title: Ünï 漢", "summary: x");
        Files.writeString(
                session.machines().folder(new MachineName("plans")).resolve("run.json"),
                RUN.replace("code", "\\u202e\\u0085\uE000"));
        Path recipe = session.recipe("other");
        for (String line :
                List.of("ls", "show plans", "logs plans", "build " + recipe, "rm plans --yes")) {
            Session.Transcript answer = session.type(line + " --json").returned(0);
            assertThat(answer.json().keys()).isNotEmpty();
            assertThat(answer.output()).endsWith("}\n").hasLineCount(1);
            assertThat(answer.output()).doesNotContainPattern("[\\p{Cc}\\p{Cf}\\p{Co}&&[^\n]]");
        }
    }

    @Test
    void theCompletionInJsonIsOneText() {
        Session.Transcript answer = session.type("completion --json").returned(0);
        assertThat(answer.output())
                .startsWith("{\"shell\":\"bash\",\"script\":\"#!")
                .endsWith("\"}\n")
                .hasLineCount(1);
    }

    @Test
    void anErrorWithJsonLeavesTheOutputEmpty() {
        Session.Transcript show = session.type("show nosuch --json").returned(Exit.MISSING);
        assertThat(show.output()).isEmpty();
        assertThat(show.errors()).startsWith("carryall: there is no machine nosuch\n  → ");
    }

    @Test
    void bashAcceptsTheCompletion() throws IOException, InterruptedException {
        String script = session.type("completion").returned(0).output();
        assertThat(script).contains("screenshot").contains("--network");
        Path file = Files.writeString(temp.resolve("completion"), script);
        Process bash =
                new ProcessBuilder("bash", "-n", file.toString()).redirectErrorStream(true).start();
        String said = new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(bash.waitFor()).as(said).isZero();
    }
}
