package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A home by transcript: two hosts and a folder.
final class HomeVerbsTest {
    @TempDir Path temp;

    private Session desk = new Session(Path.of(""), 0);
    private Session lap = new Session(Path.of(""), 0);
    private Path place = Path.of("");
    private Path words = Path.of("");

    @BeforeEach
    void twoHostsAndAFolder() throws IOException {
        desk = new Session(Files.createDirectory(temp.resolve("desk")), 0);
        lap = new Session(Files.createDirectory(temp.resolve("lap")), 0);
        place = Files.createDirectory(temp.resolve("stick"));
        words = Files.writeString(temp.resolve("words"), "correct horse\n");
    }

    private String init() {
        return desk.type("home init " + place + " --label desk --json --passphrase-file " + words)
                .returned(0)
                .json()
                .text("recoveryKey");
    }

    @Test
    void aMachineGoesFromOneHostToAnother() throws IOException {
        desk.machine("plans");
        lap.type("build " + lap.recipe("dos")).returned(0);
        init();
        assertThat(
                        lap.type("home join " + place + " --label lap --passphrase-file " + words)
                                .returned(0)
                                .output())
                .isEqualTo(
                        "This host belongs to the home at "
                                + place
                                + ".\nMachines there: 0; see `carryall home`.\n");
        assertThat(desk.type("home push plans").returned(0).output())
                .startsWith("State 1 of plans is in the home; ");
        assertThat(lap.type("home").returned(0).output())
                .isEqualTo(
                        "The home at %s\n  plans  state 1, saved on desk\n  2 hosts, 1 saves, 1 packs\n"
                                .formatted(place));
        assertThat(lap.type("home pull plans").returned(0).output())
                .isEqualTo(
                        "plans lies in state 1, saved on desk; open it with `carryall run plans`.\n");
        assertThat(lap.type("home pull plans --json").returned(0).output())
                .isEqualTo("{\"name\":\"plans\",\"state\":1,\"host\":\"desk\",\"new\":false}\n");
        assertThat(lap.type("show plans --json").returned(0).json().text("status"))
                .isEqualTo("stopped");
        assertThat(lap.type("home hosts").returned(0).output())
                .containsPattern(
                        "desk  \\S+  last wrote \\S+\nlap  \\S+  last wrote \\S+  \\(this one\\)\n");
        assertThat(lap.type("home check --read-data").returned(0).output())
                .isEqualTo("1 saves and 1 packs, 0 faults.\n");
        assertThat(lap.type("home prune --json").returned(0).output())
                .isEqualTo("{\"removed\":0,\"condemned\":0,\"waitingFor\":[]}\n");
        assertThat(lap.type("home forget-host desk").returned(0).output())
                .startsWith("desk is forgotten; what it saved stays.\n");
        assertThat(desk.type("home").returned(Exit.USAGE).errors())
                .contains("does not open with this host");
    }

    @Test
    void theRecoveryKeyOpensAndTheOldPassphraseDoesNot() throws IOException {
        Path sheet = Files.writeString(temp.resolve("sheet"), init() + "\n");
        Path other = Files.writeString(temp.resolve("other"), "battery staple\n");
        desk.type("home passphrase --passphrase-file " + other).returned(0);
        assertThat(
                        lap.type("home join " + place + " --passphrase-file " + words)
                                .returned(Exit.USAGE)
                                .errors())
                .isEqualTo(
                        "carryall: the home at %s does not open with this passphrase\n  → try again, or join with the recovery key: `carryall home join WHERE --recovery-file FILE`\n"
                                .formatted(place));
        lap.type("home join " + place + " --recovery-file " + sheet).returned(0);
    }

    @Test
    void eachMistakeHasItsNextStep() {
        assertThat(desk.type("home").returned(Exit.MISSING).errors())
                .isEqualTo(
                        """
                        carryall: this host belongs to no home
                          → make one with `carryall home init WHERE`, or join with `carryall home join WHERE`
                        """);
        assertThat(desk.type("home init " + place).returned(Exit.USAGE).errors())
                .contains("--passphrase-file FILE");
        init();
        String again = " " + place + " --passphrase-file " + words;
        assertThat(desk.type("home init" + again).returned(Exit.BUSY).errors())
                .contains("belongs to the home at");
        assertThat(lap.type("home init" + again).returned(Exit.BUSY).errors())
                .contains("holds a home already");
        assertThat(desk.type("home push nosuch").returned(Exit.MISSING).errors())
                .contains("there is no machine nosuch");
        assertThat(desk.type("home pull nosuch").returned(Exit.MISSING).errors())
                .contains("holds nothing of nosuch");
        assertThat(desk.type("home forget-host nosuch").returned(Exit.MISSING).errors())
                .contains("`carryall home hosts`");
    }

    @Test
    void everyVerbOfTheHomeHasHelpAndJson() {
        var home = Objects.requireNonNull(Verbs.whole().getSubcommands().get("home"));
        for (var each : home.getSubcommands().entrySet()) {
            assertThat(each.getValue().getCommandSpec().findOption("--json"))
                    .as(each.getKey())
                    .isNotNull();
            String help = desk.type("home " + each.getKey() + " --help").returned(0).output();
            assertThat(help.lines()).allMatch(line -> line.length() <= 80);
            assertThat(help).contains("Exit codes: 0 done;");
        }
    }
}
