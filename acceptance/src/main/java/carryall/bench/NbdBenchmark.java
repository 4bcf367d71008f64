package carryall.bench;

import carryall.block.FileDevice;
import carryall.block.NbdServer;
import carryall.json.JsonText;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;

/// Our NBD server beside nbdkit's file plugin: the same image, in memory, on unix sockets, read by
/// fio. Both serve in their own process, ours with the collector that keepers have.
final class NbdBenchmark implements Benchmark {
    private static final int IMAGE_MEBIBYTES = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int SECONDS = 5;

    /// What fio does.
    private enum Load {
        ONE("4 KiB at random, one at a time", "randread", "4k", 1),
        MANY("4 KiB at random, 16 at a time", "randread", "4k", 16),
        LONG("1 MiB in order", "read", "1m", 1);

        private final String what;
        private final String way;
        private final String block;
        private final int depth;

        Load(String what, String way, String block, int depth) {
            this.what = what;
            this.way = way;
            this.block = block;
            this.depth = depth;
        }

        boolean isOfBytes() {
            return this == LONG;
        }
    }

    /// A server's process and where it listens.
    private record Server(Process process, Path socket) implements AutoCloseable {
        static Server start(Path socket, List<String> words) throws IOException {
            Process process =
                    new ProcessBuilder(words)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.INHERIT)
                            .start();
            Server server = new Server(process, socket);
            long begin = System.nanoTime();
            while (!server.answers()) {
                if (!process.isAlive() || Run.since(begin) > PATIENCE.toSeconds()) {
                    server.close();
                    throw new IOException(String.join(" ", words) + " does not listen");
                }
                java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
            }
            return server;
        }

        private boolean answers() {
            try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
                return channel.isConnected();
            } catch (IOException notYet) {
                return false;
            }
        }

        @Override
        public void close() {
            process.destroy();
            process.onExit().join();
        }
    }

    /// Our server, in a process of its own, until its input ends.
    static final class Serving {
        private Serving() {}

        /// Serves.
        ///
        /// @param words the image, and where to listen
        public static void main(String[] words) throws IOException {
            try (FileDevice device = FileDevice.open(Path.of(words[0]));
                    NbdServer server = NbdServer.listen(Path.of(words[1]), Map.of("", device))) {
                Objects.requireNonNull(server);
                while (System.in.read() >= 0) {
                    // Whoever started us says nothing.
                }
            }
        }
    }

    @Override
    public String name() {
        return "nbd";
    }

    @Override
    public String question() {
        return "how fast are disks read over NBD?";
    }

    @Override
    public int usualRounds() {
        return 5;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        Path image = image(carryall.home().resolve("image"));
        Path ours = carryall.home().resolve("ours.sock");
        Path theirs = carryall.home().resolve("nbdkit.sock");
        List<String> own =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Serving.class.getName(),
                        image.toString(),
                        ours.toString());
        List<String> nbdkit =
                List.of("nbdkit", "-f", "-U", theirs.toString(), "file", image.toString());
        Map<Load, List<Double>> measured = new LinkedHashMap<>();
        Map<Load, List<Double>> beside = new LinkedHashMap<>();
        try (Server carryalls = Server.start(ours, own);
                Server nbdkits = Server.start(theirs, nbdkit)) {
            for (Load load : Load.values()) {
                read(carryalls, load, carryall.home()); // Neither is measured cold.
                read(nbdkits, load, carryall.home());
            }
            for (int round = 0; round < settings.rounds(); round++) {
                for (Load load : Load.values()) {
                    add(measured, load, read(carryalls, load, carryall.home()));
                    add(beside, load, read(nbdkits, load, carryall.home()));
                }
            }
        }
        List<Figure> figures = new ArrayList<>();
        measured.forEach((load, samples) -> {
            Figure figure =
                    Figure.of(
                                    load.what,
                                    load.isOfBytes()
                                            ? Figure.Unit.MEGABYTES_A_SECOND
                                            : Figure.Unit.READS_A_SECOND,
                                    samples)
                            .beside("nbdkit", beside.getOrDefault(load, List.of()));
            figures.add(figure.atLeast(figure.peers().getFirst().median()));
        });
        return figures;
    }

    private static void add(Map<Load, List<Double>> samples, Load load, double sample) {
        samples.computeIfAbsent(load, _ -> new ArrayList<>()).add(sample);
    }

    /// Of random bytes, which leaves it in memory.
    private static Path image(Path path) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        byte[] mebibyte = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(path)) {
            for (int i = 0; i < IMAGE_MEBIBYTES; i++) {
                random.nextBytes(mebibyte);
                out.write(mebibyte);
            }
        }
        return path;
    }

    /// Reads for some seconds.
    ///
    /// @return reads, or megabytes, a second
    private static double read(Server server, Load load, Path home)
            throws IOException, InterruptedException {
        String said =
                Run.of(
                                List.of(
                                        "fio",
                                        "--name=" + load.name(),
                                        "--ioengine=nbd",
                                        "--uri=nbd+unix:///?socket=" + server.socket(),
                                        "--rw=" + load.way,
                                        "--bs=" + load.block,
                                        "--iodepth=" + load.depth,
                                        "--time_based",
                                        "--runtime=" + SECONDS,
                                        "--thread",
                                        "--output-format=json"),
                                home)
                        .output();
        JsonText read =
                JsonText.parse(said.substring(said.indexOf('{')))
                        .objects("jobs")
                        .getFirst()
                        .object("read");
        double each = read.number("total_ios") / (read.number("runtime") / 1e3);
        return load.isOfBytes() ? each * (1 << 20) / 1e6 : each;
    }
}
