package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import carryall.hypervisor.Network;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.UnsavedWork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A Debian system is customised, goes over to a rebuilt release, and back to as published. Its two
/// builds and many boots take a quarter of an hour, so that it is no part of the usual run: `./test
/// -pl acceptance -am -DexcludedGroups= -Dgroups=customise`.
///
/// The two releases are kept in `.carryall/customise-home` and built only when what goes into them
/// has changed.
@Tag("customise")
final class CustomisationsTest {
    private static final Duration BUILD = Duration.ofMinutes(25);
    private static final Duration BOOT = Duration.ofMinutes(12);
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TERM = "term";

    /// A package of one file, made where it is installed.
    private static final String PACKAGE =
            "mkdir -p /tmp/p/DEBIAN /tmp/p/usr/share/mine && echo glyphs >/tmp/p/usr/share/mine/font"
                    + " && printf 'Package: mine\\nVersion: 1.5\\nArchitecture: all\\nMaintainer: me\\n"
                    + "Description: mine\\n' >/tmp/p/DEBIAN/control"
                    + " && dpkg-deb --build /tmp/p /tmp/mine.deb >/tmp/said"
                    + " && dpkg --install /tmp/mine.deb >>/tmp/said 2>&1";

    private final Path home = Command.repository().resolve(".carryall/customise-home");
    private final Command command = Command.over(home);

    @TempDir private Path folder;

    @BeforeEach
    void beginWithoutMachine() throws Exception {
        command.stopAll();
        if (Files.exists(command.folder(TERM))) {
            command.run("rm", TERM, "--yes").succeeded();
        }
    }

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
        Processes.awaitNone(command, TERM);
    }

    private Digest build(String version) throws Exception {
        Path recipe = Files.createDirectories(folder.resolve(version));
        Files.writeString(
                recipe.resolve("recipe.yaml"),
                """
                name: term
                version: "%1$s"
                title: Terminal
                debian:
                  suite: bookworm
                  packages: [xterm]
                command: xterm
                files:
                  /etc/greeting: |
                    greeting of %1$s
                  /etc/notice: |
                    notice of %1$s
                memory: 512MiB
                cpus: 2
                personal: 2GiB
                """
                        .formatted(version));
        return new Digest(
                command.run(BUILD, "build", recipe.toString(), "--json").object().get("digest")
                        + "");
    }

    private void run(String opening) throws Exception {
        command.run(BOOT, "run", TERM).succeeded();
        assertThat(command.listed(TERM).get("opening") + "").startsWith(opening);
    }

    private void stop() throws Exception {
        assertThat(command.run(Duration.ofMinutes(4), "stop", TERM, "--patience", "120", "--json"))
                .extracting(result -> result.object().get("outcome"))
                .isEqualTo("shut_down");
    }

    /// Each is a shell's command that must succeed in the guest.
    private void inGuest(String... commands) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, TERM)) {
            for (String each : commands) {
                console.ask(each, PATIENCE);
            }
        }
    }

    private static String says(String file, String text) {
        return "[ \"$(cat " + file + ")\" = '" + text + "' ]";
    }

    private List<String> diff() throws IOException, InterruptedException {
        return command.run("diff", TERM).succeeded().output().lines().toList();
    }

    @Test
    void whatIsCustomisedStaysOverAnUpdateAndIsTakenBackByAReset() throws Exception {
        Digest first = build("1");
        Digest second = build("2");
        Machines machines = new Machines(home);
        machines.create(new MachineName(TERM), machines.appliances().find(first), Network.NONE);
        run("opening the app as it was published");
        inGuest("echo lines >/home/user/plan", "echo virus >/etc/planted");
        stop();

        command.run(BOOT, "customise", TERM).succeeded();
        inGuest(
                "[ ! -e /etc/planted ]",
                says("/home/user/plan", "lines"),
                "echo mine >/etc/greeting",
                "echo also mine >/etc/mine.conf",
                "touch /etc/notice",
                PACKAGE);
        stop();
        List<String> changes =
                List.of(
                        "added     package mine 1.5, 7 bytes in 1 file",
                        "changed   /etc/greeting, 5 bytes",
                        "added     /etc/mine.conf, 10 bytes");
        assertThat(diff()).containsAll(changes);

        run("booting: what was published warm lacks your customisations");
        String[] customised = {
            says("/etc/greeting", "mine"),
            says("/etc/mine.conf", "also mine"),
            says("/usr/share/mine/font", "glyphs"),
            "dpkg --status mine",
            says("/home/user/plan", "lines")
        };
        inGuest(customised);
        inGuest(says("/etc/notice", "notice of 1"), "echo virus >/etc/planted");
        command.run(BOOT, "suspend", TERM).succeeded();
        run("resuming state");
        inGuest("[ -e /etc/planted ]", says("/etc/greeting", "mine"));
        stop();
        assertThat(diff()).containsExactlyElementsOf(changes);

        machines.update(new MachineName(TERM), second, UnsavedWork.REFUSE);
        assertThat(command.run(BOOT, "run", TERM).succeeded().errors())
                .contains("The publisher changed too what you did: /etc/greeting.");
        inGuest(customised);
        inGuest(
                "[ ! -e /etc/planted ]",
                says("/etc/notice", "notice of 2"),
                says("/etc/greeting.published", "greeting of 2"));
        assertThat(diff())
                .containsAll(changes)
                .contains(
                        "conflict  /etc/greeting: yours is in use; the publisher's new one is"
                                + " /etc/greeting.published");
        stop();

        command.run("reset", TERM, "--customisations", "--yes").succeeded();
        run("booting: what was published warm lacks your customisations");
        inGuest(
                says("/etc/greeting", "greeting of 2"),
                "[ ! -e /etc/mine.conf ]",
                "! dpkg --status mine",
                says("/home/user/plan", "lines"));
        assertThat(command.run("diff", TERM, "--json").object()).containsEntry("customised", false);
        stop();
        run("opening the desktop as it was published, with your personal disk");
        inGuest(says("/home/user/plan", "lines"));
        stop();
    }
}
