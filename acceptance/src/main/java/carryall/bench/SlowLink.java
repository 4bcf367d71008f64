package carryall.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Two network namespaces, of a client and of a server, and a slow link between them. Needs root.
final class SlowLink implements AutoCloseable {
    static final String SERVER = "10.213.77.1";
    private static final String CLIENT = "10.213.77.2";
    private static final Path NAMESPACES = Path.of("/run/netns");
    private static final String OURS = "carryall-bench-";
    private static final Pattern NAME = Pattern.compile(OURS + "([0-9]+)-(client|server)");
    private static final double TOLERANCE = 0.1;
    private static final int TRIES = 3;

    /// How slow it is.
    ///
    /// @param megabits a second, in each direction, of whole Ethernet frames
    /// @param roundTripMillis as `ping` tells it: half of it in each direction
    record Speed(int megabits, int roundTripMillis) {
        @Override
        public String toString() {
            return megabits + " Mbit/s, " + roundTripMillis + " ms";
        }
    }

    /// What the usual tools find.
    ///
    /// @param megabits a second, of what TCP carries, by `iperf3`; empty if it is not here
    /// @param roundTripMillis by `ping`; empty if it is not here
    record Found(Optional<Double> megabits, Optional<Double> roundTripMillis) {}

    private final Speed speed;
    private final Path folder;
    private final List<String> made = new ArrayList<>();
    private Optional<Process> wire = Optional.empty();

    private SlowLink(Speed speed, Path folder) {
        this.speed = speed;
        this.folder = folder;
    }

    /// Makes a link; only one at a time.
    ///
    /// @param folder where commands are run
    static SlowLink make(Speed speed, Path folder) throws IOException, InterruptedException {
        SlowLink link = new SlowLink(speed, folder);
        try {
            removeThoseOfTheDead(folder);
            link.begin();
            return link;
        } catch (IOException | InterruptedException failure) {
            link.close();
            throw failure;
        }
    }

    private void begin() throws IOException, InterruptedException {
        for (String end : List.of("client", "server")) {
            String namespace = OURS + ProcessHandle.current().pid() + "-" + end;
            ip("netns", "add", namespace);
            made.add(namespace);
        }
        List<String> words =
                in(
                        client(),
                        // A host that is busy shall not make the link slower.
                        "chrt",
                        "--fifo",
                        "10",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Xmx64m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Wire.class.getName(),
                        NAMESPACES.resolve(server()).toString(),
                        speed.megabits() + "000000",
                        speed.roundTripMillis() + "000");
        Process process =
                new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        wire = Optional.of(process);
        // Closing this would close what the process prints to; it says one line only.
        BufferedReader said = process.inputReader(StandardCharsets.UTF_8);
        if (!"ready".equals(said.readLine())) {
            throw new IOException("the link did not come up");
        }
        // Addresses of the devices are said beforehand: who they are is no part of any figure.
        up(client(), CLIENT, "02:00:00:00:00:02", SERVER, "02:00:00:00:00:01");
        up(server(), SERVER, "02:00:00:00:00:01", CLIENT, "02:00:00:00:00:02");
    }

    private void up(String namespace, String address, String mac, String other, String otherMac)
            throws IOException, InterruptedException {
        ip("-n", namespace, "link", "set", "lo", "up");
        ip("-n", namespace, "link", "set", Wire.DEVICE, "address", mac);
        ip("-n", namespace, "addr", "add", address + "/24", "dev", Wire.DEVICE);
        ip("-n", namespace, "link", "set", Wire.DEVICE, "up");
        ip(
                "-n",
                namespace,
                "neigh",
                "replace",
                other,
                "lladdr",
                otherMac,
                "dev",
                Wire.DEVICE,
                "nud",
                "permanent");
        // Each connection begins as between hosts that never met.
        Run.of(in(namespace, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/tcp_no_metrics_save"), folder);
    }

    /// Removes namespaces of benchmarks that were killed.
    private static void removeThoseOfTheDead(Path folder) throws IOException, InterruptedException {
        if (!Files.isDirectory(NAMESPACES)) {
            return;
        }
        try (Stream<Path> all = Files.list(NAMESPACES)) {
            for (Path each : all.toList()) {
                Matcher name = NAME.matcher(String.valueOf(each.getFileName()));
                if (name.matches() && ProcessHandle.of(Long.parseLong(name.group(1))).isEmpty()) {
                    Run.of(List.of("ip", "netns", "del", name.group()), folder);
                }
            }
        }
    }

    private void ip(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("ip"));
        line.addAll(List.of(words));
        Run.of(line, folder);
    }

    private String client() {
        return made.getFirst();
    }

    private String server() {
        return made.getLast();
    }

    /// A command line that is run at the client. What it starts ends with the thread that starts
    /// it, even if this process is killed.
    List<String> atClient(List<String> words) {
        return in(client(), words.toArray(String[]::new));
    }

    /// The same at the server.
    List<String> atServer(List<String> words) {
        return in(server(), words.toArray(String[]::new));
    }

    private static List<String> in(String namespace, String... words) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "nsenter",
                                "--net=" + NAMESPACES.resolve(namespace),
                                "setpriv",
                                "--pdeathsig",
                                "KILL"));
        line.addAll(List.of(words));
        return line;
    }

    /// What came to the client so far, with all headers, in bytes.
    long received() throws IOException {
        Path counters = Path.of("/proc", Long.toString(wire.orElseThrow().pid()), "net/dev");
        for (String line : Files.readAllLines(counters)) {
            if (line.strip().startsWith(Wire.DEVICE + ":")) {
                return Long.parseLong(line.strip().split("[: ]+", 3)[1]);
            }
        }
        throw new IOException(counters + " has no " + Wire.DEVICE);
    }

    /// Looks whether the link is as slow as it should be, and no slower.
    ///
    /// @throws IOException if it is not, within a tenth
    Found check() throws IOException, InterruptedException {
        Found found = look();
        for (int again = 1; again < TRIES && !isRight(found); again++) {
            System.err.println(speed + ": found " + found + ", looking again");
            found = look();
        }
        if (!isRight(found)) {
            throw new IOException(
                    "the link of "
                            + speed
                            + " is none: found "
                            + found
                            + "; repeat this on a host that is less busy");
        }
        return found;
    }

    private boolean isRight(Found found) {
        return found.megabits().map(is -> isNear(is, speed.megabits())).orElse(true)
                && found.roundTripMillis()
                        .map(is -> isNear(is, speed.roundTripMillis()))
                        .orElse(true);
    }

    private static boolean isNear(double is, double shouldBe) {
        return Math.abs(is - shouldBe) <= TOLERANCE * shouldBe;
    }

    private Found look() throws IOException, InterruptedException {
        Optional<Double> roundTrip = Optional.empty();
        Optional<Double> megabits = Optional.empty();
        if (UpdateWay.has("ping")) {
            List<String> ping = List.of("ping", "-n", "-q", "-c", "20", "-i", "0.1", SERVER);
            String said = Run.of(atClient(ping), folder).output();
            Matcher average = Pattern.compile("rtt [^=]*= [0-9.]+/([0-9.]+)/").matcher(said);
            if (average.find()) {
                roundTrip = Optional.of(Double.parseDouble(average.group(1)));
            }
        } else {
            System.err.println("no ping here: the link's round trip is not checked");
        }
        if (UpdateWay.has("iperf3")) {
            megabits = Optional.of(rate());
        } else {
            System.err.println("no iperf3 here: the link's rate is not checked");
        }
        return new Found(megabits, roundTrip);
    }

    /// From the server to the client, without the first two seconds, in which TCP finds the rate.
    private double rate() throws IOException, InterruptedException {
        Path log = folder.resolve("iperf3.log");
        Process listening =
                new ProcessBuilder(atServer(List.of("iperf3", "-s", "-1", "--forceflush")))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            long begin = System.nanoTime();
            while (!Files.readString(log).contains("listening")) {
                if (!listening.isAlive() || Run.since(begin) > 10) {
                    throw new IOException("iperf3 does not listen: " + Files.readString(log));
                }
                Thread.sleep(20);
            }
            List<String> measure =
                    List.of("iperf3", "-c", SERVER, "-R", "-O", "2", "-t", "5", "-f", "m");
            String said = Run.of(atClient(measure), folder).output();
            Matcher rate = Pattern.compile("([0-9.]+) Mbits/sec\\s+receiver").matcher(said);
            if (!rate.find()) {
                throw new IOException("iperf3 said no rate: " + said);
            }
            return Double.parseDouble(rate.group(1));
        } finally {
            end(listening);
            Files.deleteIfExists(log);
        }
    }

    static void end(Process process) {
        process.destroy();
        if (!awaited(process)) {
            process.destroyForcibly();
            process.onExit().join();
        }
    }

    private static boolean awaited(Process process) {
        try {
            return process.waitFor(java.time.Duration.ofSeconds(5));
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        wire.ifPresent(SlowLink::end);
        wire = Optional.empty();
        try {
            for (String namespace : made) {
                ip("netns", "del", namespace);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        made.clear();
    }
}
