package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.Switch;
import carryall.machine.UnsavedWork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine goes over to another release, and back, and keeps what is the user's.
final class UpdateTest {
    private static final MachineName TINY = new MachineName("tiny");

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// Where the system disk holds nothing of the guest's.
    private static final String UNUSED = "bs=512 count=1 ";

    @TempDir private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
    }

    private Digest build(String version) throws Exception {
        Path recipe = TinyLinux.recipe(folder.resolve("tiny-" + version), version);
        return new Digest(
                command.run("build", recipe.toString(), "--json").object().get("digest") + "");
    }

    private void run() throws Exception {
        TinyLinux.run(command, "tiny", "tiny");
    }

    /// By the guest itself: `stop` waits its turn while the keeper tells a resumed guest the time,
    /// which this one, without an agent, never hears.
    private void shutDown() throws Exception {
        try (GuestConsole console = GuestConsole.of(command, "tiny")) {
            console.type("umount /home; sync; poweroff -f");
            Waiting.until(
                    "the guest is off",
                    PATIENCE,
                    () -> "stopped".equals(command.listed("tiny").get("status")));
        }
    }

    private String ask(String line) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, "tiny")) {
            return console.ask(line);
        }
    }

    @Test
    void aMachineGoesOverAndBackWithItsPersonalDiskAndAFreshScratch() throws Exception {
        command = Command.over(folder.resolve("home"));
        Machines machines = new Machines(folder.resolve("home"));
        Digest first = build("1");
        TinyLinux.run(command, "tiny", "local/tiny", "--name", "tiny");
        Digest second = build("2");
        assertThat(first).isNotEqualTo(second);
        ask(
                "echo drawn under 1 >/home/work; sync; echo scratched | dd of=/dev/vda seek=2000 conv=sync "
                        + UNUSED);
        assertThat(guest()).containsExactly("1", "drawn under 1", "scratched");

        // While it runs, the next start is told; a resume goes on with the old release.
        assertThat(machines.update(TINY, second, UnsavedWork.REFUSE))
                .isEqualTo(new Switch.AtNextStart(first, second));
        assertThat(command.listed("tiny").get("version")).isEqualTo("1");
        assertThat(command.listed("tiny").get("next"))
                .isEqualTo(Map.of("version", "2", "applianceDigest", second.text()));
        assertThat(command.run("ls").succeeded().output()).contains("next start: 2");
        command.run("suspend", "tiny").succeeded();
        command.run("run", "tiny", "--detach").succeeded();
        assertThat(guest()).containsExactly("1", "drawn under 1", "scratched");
        shutDown();

        run();
        assertThat(guest()).containsExactly("2", "drawn under 1");
        assertThat(command.listed("tiny").get("version")).isEqualTo("2");
        assertThat(command.listed("tiny").containsKey("next")).isFalse();
        ask("echo drawn under 2 >>/home/work; sync");
        shutDown();

        // Back: the personal disk stays as it is now.
        assertThat(machines.rollback(TINY, UnsavedWork.REFUSE)).isInstanceOf(Switch.Done.class);
        assertThat(command.run("history", "tiny").succeeded().output())
                .contains("before 2")
                .contains("before 1");
        run();
        assertThat(guest()).containsExactly("1", "drawn under 1", "drawn under 2");
        shutDown();

        // The way back to the personal disk of then, and to its scratch.
        assertThat(machines.neededAppliances()).containsExactlyInAnyOrder(first, second);
        int restorePoint = machines.history(TINY).list().getFirst().number();
        command.run("restore", "tiny@" + restorePoint, "--yes").succeeded();
        run();
        assertThat(guest()).containsExactly("1", "drawn under 1", "scratched");
    }

    /// No app ever comes up in this guest, which has none.
    @Test
    void aReleaseThatDoesNotComeUpIsLeftByTheWayBackThatRunSays() throws Exception {
        command = Command.over(folder.resolve("home"));
        Machines machines = new Machines(folder.resolve("home"));
        MachineName warm = new MachineName("warm");
        WarmTiny.add(command.home(), folder.resolve("first"), "1");
        command.run("run", "local/warm", "--detach").succeeded();
        command.run("stop", "warm", "--patience", "0").succeeded();
        InstalledAppliance second = WarmTiny.add(command.home(), folder.resolve("second"), "2");
        assertThat(command.run("run", "warm", "--patience", "0").succeeded().errors())
                .contains("The app is not up")
                .doesNotContain("rollback");
        command.run("stop", "warm", "--patience", "0").succeeded();

        assertThat(machines.update(warm, second.id(), UnsavedWork.REFUSE))
                .isInstanceOf(Switch.Done.class);
        Command.Result run = command.run("run", "warm", "--patience", "0", "--json").succeeded();
        assertThat(run.errors())
                .contains("warm has not come up with 2, to which it was brought from 1")
                .contains("Back: carryall rollback warm");
        assertThat(run.object().get("appIsUp")).isEqualTo(false);
        command.run("stop", "warm", "--patience", "0").succeeded();
        command.run("rollback", "warm").succeeded();
        assertThat(command.listed("warm").get("version")).isEqualTo("1");
    }

    /// Line by line: the release that the guest is, what is on its personal disk, and what on its
    /// scratch.
    private String[] guest() throws Exception {
        String said =
                ask(
                        "cat /release /home/work; dd if=/dev/vda skip=2000 "
                                + UNUSED
                                + "2>/dev/null"
                                + " | strings");
        return said.replaceAll("(?m)^[tiny]*# *", "").strip().split("\\s*\n\\s*");
    }
}
