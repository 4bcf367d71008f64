package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

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

    private static final Screen.Region MENUS = new Screen.Region(0, 0, 0.7, 0.025);
    private static final Screen.Region TOOLS = new Screen.Region(0, 0.03, 0.65, 0.07);
    private static final Screen.Region DRAWING = new Screen.Region(0.04, 0.13, 0.75, 0.84);
    private static final Screen.Region PANELS = new Screen.Region(0.78, 0.12, 1, 0.86);
    private static final Screen.Region FILE_MENU = new Screen.Region(0.02, 0.04, 0.24, 0.44);

    private final Command command =
            Command.over(Command.repository().resolve(".carryall/test-home"));

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
        forgetOtherBuilds();
        // Its window is there; it has still to be painted.
        Waiting.until("LibreCAD is on the screen", PATIENCE, () -> isLibreCad(screen()));

        Screen idle = screen();
        press("alt-f");
        Waiting.until(
                "the File menu opens",
                PATIENCE,
                () -> screen().share(FILE_MENU, LibreCadTest::isLight) > 0.6);
        press("esc");
        Waiting.until(
                "it closes again", PATIENCE, () -> idle.difference(screen(), FILE_MENU) < 0.02);

        press("ctrl-m", "l", "i", "ret", "1", "0", "comma", "1", "0", "ret");
        press("9", "0", "comma", "5", "0", "ret", "esc", "esc");
        Waiting.until(
                "a line is drawn",
                PATIENCE,
                () -> white(screen()) > white(idle) + 0.0003 && isLibreCad(screen()));

        // Under this host's QEMU, and under a later one.
        Screen drawn = screen();
        for (Command host :
                List.of(command, command.with("CARRYALL_QEMU", OtherQemu.folder().toString()))) {
            command.run("suspend", "librecad").succeeded();
            assertThat(command.listed("librecad").get("status")).isEqualTo("suspended");
            host.run("resume", "librecad", "--detach").succeeded();
            assertThat(command.listed("librecad").get("opening") + "").startsWith("resuming state");
            Waiting.until(
                    "the unsaved line is on the screen again",
                    PATIENCE,
                    () -> drawn.difference(screen(), DRAWING) < 0.001);
        }

        press("ctrl-s");
        Waiting.until(
                "it asks for a name",
                PATIENCE,
                () -> screen().share(DRAWING, LibreCadTest::isBlack) < 0.7);
        press("p", "l", "a", "n", "ret");
        Waiting.until("it is saved", PATIENCE, () -> isLibreCad(screen()));
        try (GuestConsole console = GuestConsole.of(command, "librecad")) {
            assertThat(console.ask("grep AcDbLine /home/user/plan.dxf", PATIENCE))
                    .contains("AcDbLine");
        }

        assertThat(command.run(Duration.ofMinutes(2), "stop", "librecad", "--json").object())
                .containsEntry("outcome", "shut_down");
        command.run(BUILD, "run", "librecad").succeeded();
        try (GuestConsole console = GuestConsole.of(command, "librecad")) {
            assertThat(console.ask("grep AcDbLine /home/user/plan.dxf", PATIENCE))
                    .contains("AcDbLine");
        }
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
            Waiting.until(
                    "LibreCAD is on the screen",
                    PATIENCE,
                    () -> isLibreCad(Screen.of(user, "librecad")));
            assertThat(user.listed("librecad").containsKey("percentHere")).isTrue();
            network.cut();
            // It may have to wait: a key goes through the guest's memory.
            String[] key = {"press", "librecad", "alt-f"};
            Process pressing = user.start(key);
            TimeUnit.SECONDS.sleep(2);
            network.mend();
            Command.result(pressing, PATIENCE, key).succeeded();
            Waiting.until(
                    "the File menu opens",
                    PATIENCE,
                    () ->
                            Screen.of(user, "librecad").share(FILE_MENU, LibreCadTest::isLight)
                                    > 0.6);
            // All of its memory must be here for that.
            user.run(BUILD, "suspend", "librecad").succeeded();
            assertThat(user.run("run", "librecad", "--detach").succeeded().errors())
                    .contains("resuming state 1");
            assertThat(Screen.of(user, "librecad").share(FILE_MENU, LibreCadTest::isLight))
                    .isGreaterThan(0.6);
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

    /// Each takes a gigabyte, and none but the newest is used again.
    private void forgetOtherBuilds() throws Exception {
        String used = command.listed("librecad").get("applianceDigest") + "";
        try (Stream<Path> all = Files.list(command.home().resolve("appliances"))) {
            for (Path each : all.toList()) {
                if (!used.endsWith(":" + each.getFileName())) {
                    Tool.run("rm", "-rf", each.toString());
                }
            }
        }
    }

    private void press(String... keys) throws Exception {
        List<String> words = new ArrayList<>(List.of("press", "librecad"));
        words.addAll(List.of(keys));
        command.run(words.toArray(String[]::new)).succeeded();
    }

    private Screen screen() throws Exception {
        return Screen.of(command, "librecad");
    }

    /// Light menus and panels, green tools, and a black drawing between them.
    private static boolean isLibreCad(Screen screen) {
        return screen.share(MENUS, LibreCadTest::isLight) > 0.8
                && screen.share(MENUS, LibreCadTest::isBlack) > 0.005
                && screen.share(TOOLS, LibreCadTest::isGreen) > 0.02
                && screen.share(PANELS, LibreCadTest::isLight) > 0.8
                && screen.share(DRAWING, LibreCadTest::isBlack) > 0.9;
    }

    private static double white(Screen screen) {
        return screen.share(DRAWING, colour -> colour == 0xffffff);
    }

    private static boolean isBlack(int colour) {
        return (colour >> 16) < 0x20 && (colour >> 8 & 0xff) < 0x20 && (colour & 0xff) < 0x20;
    }

    private static boolean isLight(int colour) {
        return (colour >> 16) > 0xe0 && (colour >> 8 & 0xff) > 0xe0 && (colour & 0xff) > 0xe0;
    }

    private static boolean isGreen(int colour) {
        return (colour >> 16) < 0x40 && (colour >> 8 & 0xff) > 0xc0 && (colour & 0xff) < 0xc0;
    }
}
