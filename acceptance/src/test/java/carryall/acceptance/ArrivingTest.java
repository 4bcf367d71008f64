package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.transport.RealServer;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A machine that runs while its appliance arrives, over a network that is slow and is cut.
final class ArrivingTest {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final int TAIL = 40 << 20;
    private static final long RATE = 4 << 20;
    private static final String PUBLISHED = "opening the app as it was published";

    @TempDir private Path folder = Path.of("");
    private Command publisher = Command.over(Path.of(""));
    private Command user = Command.over(Path.of(""));
    private Path shelf = Path.of("");
    private String digest = "";

    @BeforeEach
    void publish() throws Exception {
        publisher = Command.over(folder.resolve("publisher"));
        user = Command.over(folder.resolve("user")).with("CARRYALL_OFFLINE_PATIENCE", "600");
        shelf = folder.resolve("shelf");
        Path recipe = TinyLinux.recipe(folder.resolve("tiny"));
        Path disk = recipe.resolve("tiny.raw");
        byte[] tail = new byte[TAIL];
        new SplittableRandom(3).nextBytes(tail);
        try (FileChannel channel = FileChannel.open(disk, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(tail), channel.size());
        }
        digest =
                HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256")
                                        .digest(Files.readAllBytes(disk)));
        publisher.run("keygen", "acme").succeeded();
        publisher
                .run(PATIENCE, "publish", recipe.toString(), shelf.toString(), "--level", "1")
                .succeeded();
    }

    @AfterEach
    void endAll() throws Exception {
        user.stopAll();
    }

    private long percent() throws Exception {
        return user.listed("tiny").get("percentHere") instanceof Number here
                ? here.longValue()
                : 100;
    }

    private void awaitStalled() throws Exception {
        Waiting.until(
                "it says that the shelf is away",
                PATIENCE,
                () -> user.listed("tiny").containsKey("stalled"));
    }

    private static void sum(GuestConsole console) throws Exception {
        console.type("(sha256sum </dev/vda >/sum; touch /summed) &");
    }

    private void expectSum(GuestConsole console) throws Exception {
        console.ask("until [ -e /summed ]; do usleep 50000; done", PATIENCE);
        assertThat(console.ask("cat /sum")).contains(digest);
    }

    @Test
    void aMachineRunsBeforeItIsHereOutlastsACutAndIsWholeInTheEnd() throws Exception {
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), RATE)) {
            TinyLinux.run(user, "tiny", "http://" + network.host() + "/shelf/tiny", "--yes");
            assertThat(percent()).isLessThan(100);
            assertThat(user.run("ls").succeeded().output()).contains("usable now");
            network.cut();
            try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                sum(console);
                awaitStalled();
                assertThat(user.run("ls").succeeded().output()).contains("waits for the shelf");
                // What is here goes on working.
                assertThat(console.ask("echo $((6 * 7)) machines")).contains("42 machines");
                assertThat(console.ask("[ -e /summed ] || echo not yet")).contains("not yet");
                network.mend();
                expectSum(console);
                assertThat(console.ask("dmesg | grep -ci 'i/o error' || true")).contains("0");
            }
            Waiting.until("it is whole", PATIENCE, () -> percent() == 100);
            network.cut();
            user.run("stop", "tiny").succeeded();
            TinyLinux.run(user, "tiny", "tiny");
            try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                sum(console);
                expectSum(console);
            }
        }
    }

    @Test
    void aMachineThatWaitsTooLongIsSuspendedAndLosesNothing() throws Exception {
        user = user.with("CARRYALL_OFFLINE_PATIENCE", "2");
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), RATE)) {
            TinyLinux.run(user, "tiny", "http://" + network.host() + "/shelf/tiny", "--yes");
            network.cut();
            try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                sum(console);
                Waiting.until(
                        "it is suspended",
                        PATIENCE,
                        () -> "suspended".equals(user.listed("tiny").get("status")));
            }
            assertThat(user.run("ls").succeeded().output()).contains("had not come for 2 s");
            network.mend();
            user.run("run", "tiny", "--detach").succeeded();
            try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                expectSum(console);
                assertThat(console.ask("dmesg | grep -ci 'i/o error' || true")).contains("0");
            }
        }
    }

    /// Not part of `./test` for now: in one of two runs the guest of the second keeper was not up
    /// within 90 seconds, and why is not known.
    @Test
    @Tag("unsteady")
    void aKeeperThatIsKilledWhileItFetchesGoesOnFromWhatIsHere() throws Exception {
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), RATE)) {
            String reference = "http://" + network.host() + "/shelf/tiny";
            TinyLinux.run(user, "tiny", reference, "--yes");
            for (ProcessHandle each : Processes.of(user, "tiny")) {
                each.destroyForcibly();
            }
            Waiting.until(
                    "it is stopped",
                    PATIENCE,
                    () -> "stopped".equals(user.listed("tiny").get("status")));
            // Another one of the same release beside it.
            TinyLinux.run(user, "tiny", reference, "--yes");
            TinyLinux.run(user, "other", reference, "--yes", "--name", "other");
            assertThat(user.run(PATIENCE, "pull", reference, "--yes").succeeded().output())
                    .contains("is here");
            for (String name : new String[] {"tiny", "other"}) {
                try (GuestConsole console = GuestConsole.of(user, name)) {
                    sum(console);
                    expectSum(console);
                }
            }
        }
    }

    /// Not part of `./test`: in one of four runs the suspend did not come to its end. To look for
    /// the cause: `./test -pl acceptance -am -DexcludedGroups= -Dgroups=unsteady`.
    @Test
    @Tag("unsteady")
    void aSaveComesToItsEndWhileAReadWaitsAndTheGuestNoticesNothing() throws Exception {
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), RATE / 8)) {
            TinyLinux.run(user, "tiny", "http://" + network.host() + "/shelf/tiny", "--yes");
            network.cut();
            assertThat(percent()).isLessThan(100);
            try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                sum(console);
                awaitStalled();
                user.run(PATIENCE, "snapshot", "tiny", "waiting").succeeded();
                // Its read waits again, and is not what holds it.
                assertThat(user.listed("tiny").get("status")).isEqualTo("running");
                assertThat(console.ask("[ -e /summed ] || echo not yet")).contains("not yet");
                user.run(PATIENCE, "suspend", "tiny").succeeded();
            }
            network.mend();
            for (String state : List.of("tiny@2", "tiny@1")) {
                user.run("restore", state, "--yes").succeeded();
                user.run(PATIENCE, "run", "tiny", "--detach").succeeded();
                try (GuestConsole console = GuestConsole.of(user, "tiny")) {
                    expectSum(console);
                    assertThat(console.ask("dmesg | grep -ci 'i/o error' || true")).contains("0");
                }
                user.run("stop", "tiny", "--patience", "0").succeeded();
            }
        }
    }

    @Test
    void aGuestThatRestartsBeforeItsKernelIsHereWaitsForItAndBoots() throws Exception {
        InstalledAppliance warm = WarmTiny.add(publisher.home(), folder.resolve("warm"));
        publisher
                .run(PATIENCE, "publish", "local/warm", shelf.toString(), "--level", "1")
                .succeeded();
        try (RealServer nginx =
                        RealServer.nginx(Files.createDirectory(folder.resolve("nginx")), shelf);
                SlowDoor network = SlowDoor.before(nginx.host(), RATE / 2)) {
            String reference = "http://" + network.host() + "/shelf/warm";
            user.run(PATIENCE, "run", reference, "--yes", "--detach").succeeded();
            assertThat(user.listed("warm").get("opening")).isEqualTo(PUBLISHED);
            Path kernel;
            try (Stream<Path> files = Files.walk(user.home().resolve("appliances"))) {
                kernel = files.filter(file -> file.endsWith("kernel")).findAny().orElseThrow();
            }
            try (GuestConsole console = GuestConsole.of(user, "warm")) {
                console.type("reboot -f");
                Path log = user.folder("warm").resolve("keeper.log");
                Waiting.until(
                        "the guest restarts",
                        PATIENCE,
                        () -> Files.readString(log).contains("now from its own kernel"));
                network.cut();
            }
            assertThat(Digest.of(kernel))
                    .isNotEqualTo(warm.content(Appliance.Part.KERNEL).digest());
            assertThat(user.listed("warm").get("status")).isEqualTo("starting");
            network.mend();
            // It never said so here before: the warm state was saved after it had.
            Path said = user.folder("warm").resolve("console.log");
            Waiting.until(
                    "the guest is up again",
                    PATIENCE,
                    () -> Files.readString(said).contains(TinyLinux.READY));
            try (GuestConsole console = GuestConsole.of(user, "warm")) {
                assertThat(console.ask("cat /proc/cmdline")).contains("panic=1");
            }
            Waiting.until(
                    "it is whole", PATIENCE, () -> !user.listed("warm").containsKey("percentHere"));
        }
    }
}
