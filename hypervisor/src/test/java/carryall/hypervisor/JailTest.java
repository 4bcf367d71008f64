package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The jail from the inside: a captured program in QEMU's place tries its doors. Each test runs as
/// root, with the jail user, and as an ordinary user; as the latter alone if root does not run it.
@Timeout(60)
final class JailTest {
    private static final List<String> PUBLIC = List.of("93.184.215.14", "2606:2800:21f::1");

    private static final List<String> CLOSED =
            List.of(
                    // The host itself.
                    "127.0.0.1 ::1 10.77.0.2 93.184.1.2 2001:4860:77::2 fd77::2",
                    // Its neighbours, who have public addresses, too.
                    "10.77.0.1 93.184.1.1 2001:4860:77::1 fd77::1 fe80::77",
                    "10.0.0.1 100.64.0.1 169.254.169.254 172.16.0.1 192.0.0.8 192.0.2.1",
                    "192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.1 203.0.113.1 240.0.0.1",
                    "::ffff:10.0.0.1 64:ff9b::a00:1 2001::1 2001:db8::1 2002:a00:1::1 fc00::1",
                    "fd12::1 fec0::1");

    private Path folder = Path.of("");

    /// Who starts the jail.
    enum User {
        ROOT(0),
        /// Somebody without a name, a home, or processes.
        ORDINARY(54321);

        private final int id;

        User(int id) {
            this.id = id;
        }

        static Collection<User> everybody() throws IOException {
            return isRoot() ? List.of(values()) : List.of(ORDINARY);
        }
    }

    private static boolean isRoot() throws IOException {
        return JailUser.own("uid").equals("0");
    }

    static Collection<User> everybody() throws IOException {
        return User.everybody();
    }

    @BeforeEach
    void makeFolder() throws IOException {
        // Not a @TempDir: an ordinary user must be able to pass through.
        folder = Files.createTempDirectory(Path.of("/tmp"), "carryall-jail-test");
        for (String script : List.of("captured.pl", "servers.pl", "small-internet.sh")) {
            try (InputStream in = JailTest.class.getResourceAsStream(script)) {
                Files.copy(java.util.Objects.requireNonNull(in), folder.resolve(script));
            }
        }
        Files.createDirectory(folder.resolve("private"));
        for (Class<?> type : List.of(Jail.class, JailTest.class)) {
            copy(Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath()));
        }
    }

    private void copy(Path classes) throws IOException {
        try (Stream<Path> all = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) all::iterator) {
                Path to = folder.resolve("classes").resolve(classes.relativize(file).toString());
                if (!Files.isDirectory(to)) {
                    Files.copy(file, to, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    @AfterEach
    void removeFolder() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void aCapturedProgramFindsEveryDoorShut(User user, TestReporter report) throws Exception {
        List<String> said = run(captured(user, "doors", Network.NONE));

        List<String> shut = said.stream().filter(line -> line.startsWith("shut ")).toList();
        List<String> works = said.stream().filter(line -> line.startsWith("works ")).toList();
        assertThat(said)
                .filteredOn(line -> !shut.contains(line) && !works.contains(line))
                .containsExactly("all tried");
        assertThat(works).hasSize(4);
        assertThat(shut).hasSizeGreaterThanOrEqualTo(95);
        report.publishEntry(
                "jail of " + user, shut.size() + " of " + (said.size() - 5) + " doors are shut");
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void theInternetIsPublicAddressesAlone(User user, TestReporter report) throws Exception {
        assumeTrue(isRoot(), "making a small internet needs root");
        List<String> closed =
                CLOSED.stream().flatMap(line -> Stream.of(line.split(" ", -1))).toList();
        List<String> servers = new ArrayList<>(List.of("192.0.0.8/53", "10.77.0.1/53"));
        PUBLIC.forEach(address -> servers.add(address + "/7777"));
        closed.forEach(address -> servers.add(address + "/7777"));

        List<String> command = captured(user, "servers", Network.INTERNET);
        command.add(String.join(",", servers));
        List<String> said = run(onASmallInternet(command));

        TreeSet<String> open = new TreeSet<>();
        TreeSet<String> openToTheHost = new TreeSet<>();
        for (String line : said) {
            String server = line.replaceFirst(" bound$", "");
            if (server.startsWith("host OPEN ")) {
                openToTheHost.add(server.substring("host OPEN ".length()));
            } else if (server.startsWith("OPEN ")) {
                open.add(server.substring("OPEN ".length()));
            }
        }
        assertThat(openToTheHost).hasSize(2 * servers.size());
        assertThat(open)
                .containsExactlyInAnyOrder(
                        "tcp 93.184.215.14 7777",
                        "udp 93.184.215.14 7777",
                        "tcp 2606:2800:21f::1 7777",
                        "udp 2606:2800:21f::1 7777",
                        "udp 192.0.0.8 53");
        long tried = said.stream().filter(line -> line.matches("(OPEN|shut) .*")).count();
        // Each address by TCP and UDP, from a plain socket and from one bound to the device.
        assertThat(tried).isEqualTo(4L * servers.size());
        report.publishEntry(
                "internet of " + user, closed.size() + " closed addresses in " + tried + " tries");
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void withTheInternetEveryOtherDoorIsShut(User user) throws Exception {
        assumeTrue(isRoot(), "making a small internet needs root");

        List<String> said = run(onASmallInternet(captured(user, "doors", Network.INTERNET)));

        assertThat(said)
                .filteredOn(line -> !line.startsWith("shut ") && !line.startsWith("works "))
                .containsExactly("all tried");
    }

    @ParameterizedTest
    @MethodSource("everybody")
    void withoutHugePagesEveryOtherAdviceIsTaken(User user) throws Exception {
        for (Network network : isRoot() ? Network.values() : new Network[] {Network.NONE}) {
            List<String> allowed = adviceTaken(user, network, Jail.HugePages.ALLOWED);
            List<String> refused = adviceTaken(user, network, Jail.HugePages.REFUSED);

            assertThat(allowed)
                    .contains("advice 14 done", "all tried")
                    .hasSizeGreaterThanOrEqualTo(27);
            if (network == Network.INTERNET) {
                assertThat(allowed).contains("resolver nameserver " + InternetAccess.RESOLVER);
            }
            assertThat(refused)
                    .containsExactlyElementsOf(
                            allowed.stream()
                                    .map(line ->
                                            line.equals("advice 14 done")
                                                    ? "advice 14 refused (Invalid argument)"
                                                    : line)
                                    .toList());
        }
    }

    private List<String> adviceTaken(User user, Network network, Jail.HugePages hugePages)
            throws Exception {
        List<String> command = captured(user, "memory", network);
        command.add(hugePages.name());
        List<String> said = run(network == Network.INTERNET ? onASmallInternet(command) : command);
        Files.delete(folder.resolve("work/jail/captured.sock"));
        Files.delete(folder.resolve("work/jail"));
        return said;
    }

    @ParameterizedTest
    @EnumSource(Network.class)
    void aKilledKeeperLeavesNothingOfItsJail(Network network) throws Exception {
        assumeTrue(isRoot(), "making a small internet needs root");
        for (User user : User.everybody()) {
            List<String> said = run(onASmallInternet(captured(user, "outlive", network)));

            assertThat(said).hasSize(2);
            assertThat(said.getFirst()).matches("started ([3-9]|1[0-9])");
            assertThat(said.getLast()).isEqualTo("all tried");
            Files.delete(folder.resolve("work/jail"));
        }
    }

    @Test
    void aJailThatIsRefusedLeavesNothingAndSaysWhy() throws Exception {
        assumeTrue(isRoot(), "making a small internet needs root");
        List<String> command =
                onASmallInternet(captured(User.ORDINARY, "refused", Network.INTERNET));
        command.addAll(0, List.of("env", "TUN=600"));

        List<String> said = run(command);

        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).startsWith("refused").contains("pasta", "tun");
        assertThat(said.getLast()).isEqualTo("all tried");
    }

    private List<String> captured(User user, String what, Network network) throws IOException {
        Path work = folder.resolve("work");
        Files.createDirectories(work);
        Files.copy(
                folder.resolve("captured.pl"),
                work.resolve("captured.pl"),
                StandardCopyOption.REPLACE_EXISTING);
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            Files.setPosixFilePermissions(
                    folder, java.nio.file.attribute.PosixFilePermissions.fromString("rwxr-xr-x"));
            Files.setAttribute(work, "unix:uid", user.id);
            Files.setAttribute(work.resolve("captured.pl"), "unix:uid", user.id);
            if (user != User.ROOT) {
                command.addAll(List.of("setpriv", "--reuid=" + user.id, "--regid=" + user.id));
                command.addAll(List.of("--clear-groups", "--"));
            }
        }
        command.add(ProcessHandle.current().info().command().orElseThrow());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xshare:auto", "-XX:+UseSerialGC"));
        command.addAll(List.of("-cp", folder.resolve("classes").toString()));
        command.addAll(List.of(Captured.class.getName(), what, network.name(), work.toString()));
        return command;
    }

    private List<String> onASmallInternet(List<String> command) {
        List<String> all = new ArrayList<>(List.of("unshare", "--net", "--mount", "--pid"));
        all.addAll(List.of("--fork", "--kill-child", "--mount-proc", "sh"));
        all.addAll(List.of(folder.resolve("small-internet.sh").toString(), folder.toString()));
        all.addAll(command);
        return all;
    }

    /// What a command says. It and all that it started end with this call: `timeout` passes an end
    /// on to its whole process group, and stands in for us if we are killed.
    private List<String> run(List<String> command) throws Exception {
        Path errors = folder.resolve("errors");
        List<String> bounded = new ArrayList<>(List.of("timeout", "--kill-after=1", "30"));
        bounded.addAll(command);
        Process process = new ProcessBuilder(bounded).redirectError(errors.toFile()).start();
        try {
            process.getOutputStream().close();
            List<String> lines = process.inputReader().lines().toList();
            assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(Files.readString(errors)).isZero();
            return lines;
        } finally {
            List<ProcessHandle> all = process.descendants().toList();
            process.destroy();
            all.forEach(ProcessHandle::destroyForcibly);
        }
    }
}
