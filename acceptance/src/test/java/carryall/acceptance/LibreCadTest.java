package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.Switch;
import carryall.machine.UnsavedWork;
import carryall.transport.RealServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What Carryall is for, with the recipe that all begin with: `./carryall run examples/librecad`.
/// Alone: `./test -pl acceptance -am -Dgroups=librecad`.
///
/// The appliance is kept in `.carryall/test-home` and built only when its recipe, or what of ours
/// goes into a guest, has changed.
@Tag("librecad")
final class LibreCadTest {
    private static final Duration BUILD = Duration.ofMinutes(20);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Path RECIPE = Command.repository().resolve("examples/librecad");

    private final Command command =
            Command.over(Command.repository().resolve(".carryall/test-home"));
    private final LibreCad app = new LibreCad(command, "librecad");

    @BeforeEach
    void beginWithoutMachine() throws Exception {
        command.stopAll();
        if (Files.exists(command.folder("librecad"))) {
            command.run("rm", "librecad", "--yes").succeeded();
        }
    }

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
        Processes.awaitNone(command, "librecad");
    }

    @Test
    void libreCadOpensDrawsAndKeepsWhatIsSaved() throws Exception {
        command.run(BUILD, "run", RECIPE.toString()).succeeded();
        // Its window is there; it has still to be painted.
        app.await();
        Screen idle = app.screen();
        app.openFileMenu();
        app.closeFileMenu(idle);
        app.drawLine();

        Path folder = Files.createDirectories(command.home().resolveSibling("test-drawings"));
        Path copy = folder.resolve("plan.dxf");
        Files.deleteIfExists(copy);
        command.run("folder", "add", "librecad", folder.toString(), "--as", "drawings").succeeded();

        // Under this host's QEMU, and under a later one.
        Screen drawn = app.screen();
        for (Command host :
                List.of(command, command.with("CARRYALL_QEMU", OtherQemu.folder().toString()))) {
            command.run("suspend", "librecad").succeeded();
            assertThat(command.listed("librecad").get("status")).isEqualTo("suspended");
            host.run("resume", "librecad", "--detach").succeeded();
            assertThat(command.listed("librecad").get("opening") + "").startsWith("resuming state");
            Waiting.until(
                    "the unsaved line is on the screen again",
                    PATIENCE,
                    () -> drawn.difference(app.screen(), LibreCad.DRAWING) < 0.001);
        }

        app.savePlan();
        try (GuestConsole console = GuestConsole.of(command, "librecad")) {
            console.ask("su user -c 'cp ~/plan.dxf ~/drawings/'", PATIENCE);
        }
        assertThat(copy).content().contains("AcDbLine");
        assertThat(command.run(Duration.ofMinutes(2), "stop", "librecad", "--json").object())
                .containsEntry("outcome", "shut_down");
        command.run(BUILD, "run", "librecad").succeeded();
        app.assertPlanHoldsALine();
    }

    /// Makes a key with OpenSSL and prints its public half.
    private static final String TLS_KEY =
            "python3 -c 'import ctypes as t; c = t.CDLL(\"libcrypto.so.3\");"
                    + " make = c.EVP_PKEY_Q_keygen; make.restype = t.c_void_p;"
                    + " key = t.c_void_p(make(None, None, b\"ED25519\")); out = t.c_void_p();"
                    + " size = c.i2d_PUBKEY(key, t.byref(out));"
                    + " print(t.string_at(out, size).hex())'";

    @Test
    void twoMachinesOfOneWarmStateAreNotTheSame() throws Exception {
        command.run(BUILD, "build", RECIPE.toString()).succeeded();
        List<String> names = List.of("librecad", "other");
        List<List<String>> identities = new ArrayList<>();
        for (String name : names) {
            if (Files.exists(command.folder(name))) {
                command.run("rm", name, "--yes").succeeded();
            }
            command.run(BUILD, "run", "local/librecad", "--name", name).succeeded();
            assertThat(command.listed(name).get("opening"))
                    .isEqualTo("opening the app as it was published");
        }
        for (String name : names) {
            try (GuestConsole console = GuestConsole.of(command, name)) {
                Instant before = Instant.now();
                long seconds = Long.parseLong(answer(console, "date +%s"));
                Instant after = Instant.now();
                assertThat(seconds)
                        .isBetween(before.getEpochSecond() - 1, after.getEpochSecond() + 1);
                List<String> identity = new ArrayList<>();
                for (String question :
                        List.of(
                                "cat /etc/machine-id",
                                "cat /proc/sys/kernel/hostname",
                                "cat /sys/class/net/e*/address",
                                "od -An -N16 -tx1 /dev/urandom",
                                "perl -e 'print int rand 2**31'",
                                TLS_KEY)) {
                    identity.add(answer(console, question));
                }
                identities.add(identity);
            }
        }
        assertThat(identities.getFirst()).doesNotContainAnyElementsOf(identities.getLast());
        assertThat(identities.getFirst().get(1)).isEqualTo("librecad");
        assertThat(identities.getFirst().getLast())
                .matches("302a300506032b6570032100\\p{XDigit}{64}");
        command.run("stop", "other", "--patience", "0").succeeded();
        command.run("rm", "other", "--yes").succeeded();
    }

    @Test
    void libreCadOpensWhileItArrivesOutlastsACutAndIsSuspended(@TempDir Path folder)
            throws Exception {
        command.run(BUILD, "build", RECIPE.toString()).succeeded();
        if (!Files.exists(command.home().resolve("keys/acme"))) {
            command.run("keygen", "acme").succeeded();
        }
        Path shelf = folder.resolve("shelf");
        command.run(BUILD, "publish", "local/librecad", shelf.toString(), "--level", "1")
                .succeeded();
        Command user = Command.over(folder.resolve("user"));
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), 6 << 20)) {
            String reference = "http://" + network.host() + "/shelf/librecad";
            user.run("run", reference, "--yes", "--detach").succeeded();
            assertThat(user.listed("librecad").containsKey("percentHere")).isTrue();
            LibreCad arriving = new LibreCad(user, "librecad");
            arriving.await();
            assertThat(user.listed("librecad").containsKey("percentHere")).isTrue();
            network.cut();
            // It may have to wait: a key goes through the guest's memory.
            String[] key = {"press", "librecad", "alt-f"};
            Process pressing = user.start(key);
            TimeUnit.SECONDS.sleep(2);
            network.mend();
            Command.result(pressing, PATIENCE, key).succeeded();
            arriving.awaitFileMenu();
            // All of its memory must be here for that.
            user.run(BUILD, "suspend", "librecad").succeeded();
            assertThat(user.run("run", "librecad", "--detach").succeeded().errors())
                    .contains("resuming state 1");
            assertThat(arriving.isFileMenuOpen()).isTrue();
            user.run(BUILD, "pull", reference, "--yes").succeeded();
            assertThat(user.listed("librecad").containsKey("percentHere")).isFalse();
        } finally {
            user.stopAll();
        }
    }

    /// What a command in the guest prints, in one line.
    private static String answer(GuestConsole console, String question) throws Exception {
        String shown = console.ask("echo \"is $(" + question + ").\"", PATIENCE);
        // What was typed may be shown too.
        Matcher printed = Pattern.compile("is ([^$\\n]+)\\.\\s").matcher(shown);
        assertThat(printed.find()).as(shown).isTrue();
        return printed.group(1).strip();
    }

    /// LibreCAD's own setting, dark enough to pass for black.
    private static final int GROUND = 0x180018;

    @Test
    void whatIsTheUsersOutlivesAnUpdateToAnotherDebianAndBackAndAReset(@TempDir Path folder)
            throws Exception {
        String built = command.run(BUILD, "build", RECIPE.toString(), "--json").object() + "";
        command.run(BUILD, "run", "local/librecad", "--name", "librecad").succeeded();
        app.await();
        app.drawLine();
        app.savePlan();
        String kernel = ask("uname -r");
        perform(
                "systemctl stop carryall-app;"
                        + " printf '\\n[Colors]\\nbackground=#180018\\n'"
                        + " >>/home/user/.config/LibreCAD/LibreCAD.conf;"
                        + " install -D -o user /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
                        + " /home/user/.fonts/Mine.ttf;"
                        + " echo plant >/usr/bin/planted; systemctl start carryall-app; sync");
        awaitGround();
        stop();

        Path next = Files.createDirectory(folder.resolve("next"));
        Files.writeString(
                next.resolve("recipe.yaml"),
                Files.readString(RECIPE.resolve("recipe.yaml"))
                        .replace("2.2.0", "2.2.1")
                        .replace("bookworm", "trixie"));
        Object release =
                command.run(BUILD, "build", next.toString(), "--json").object().get("digest");
        Machines machines = new Machines(command.home());
        assertThat(
                        machines.update(
                                new MachineName("librecad"),
                                new Digest(release + ""),
                                UnsavedWork.REFUSE))
                .isInstanceOf(Switch.Done.class);
        forgetOtherBuilds(built, release + "");
        assertThat(command.run(BUILD, "run", "librecad").succeeded().errors())
                .contains("The app is up");
        assertThat(ask("uname -r")).isNotEqualTo(kernel);
        assertWhatIsTheUsers();
        app.openPlan();

        perform("echo plant >/usr/bin/planted; sync");
        stop();
        command.run("reset", "librecad", "--yes").succeeded();
        command.run(BUILD, "run", "librecad").succeeded();
        assertWhatIsTheUsers();
        stop();

        command.run("rollback", "librecad").succeeded();
        command.run(BUILD, "run", "librecad").succeeded();
        assertThat(ask("uname -r")).isEqualTo(kernel);
        assertWhatIsTheUsers();
    }

    private void assertWhatIsTheUsers() throws Exception {
        assertThat(command.run("logs", "librecad").succeeded().output())
                .doesNotContain("could not be told");
        awaitGround();
        app.assertPlanHoldsALine();
        assertThat(ask("HOME=/home/user fc-list : file | grep -c Mine.ttf")).isEqualTo("1");
        assertThat(ask("ls /usr/bin/planted 2>/dev/null || echo nothing planted"))
                .isEqualTo("nothing planted");
    }

    private void awaitGround() throws Exception {
        Waiting.until(
                "the ground has the colour that the user chose",
                PATIENCE,
                () -> app.screen().share(LibreCad.DRAWING, colour -> colour == GROUND) > 0.8);
    }

    private String ask(String question) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, "librecad")) {
            return answer(console, question);
        }
    }

    private void perform(String line) throws Exception {
        try (GuestConsole console = GuestConsole.of(command, "librecad")) {
            console.ask(line, PATIENCE);
        }
    }

    private void stop() throws Exception {
        assertThat(command.run(Duration.ofMinutes(2), "stop", "librecad", "--json").object())
                .containsEntry("outcome", "shut_down");
    }

    /// Each takes a gigabyte, and none but these is used again.
    private void forgetOtherBuilds(String... used) throws Exception {
        try (Stream<Path> all = Files.list(command.home().resolve("appliances"))) {
            for (Path each : all.filter(Files::isDirectory).toList()) {
                if (Stream.of(used).noneMatch(text -> text.contains(each.getFileName() + ""))) {
                    Tool.run("rm", "-rf", each.toString());
                }
            }
        }
    }
}
