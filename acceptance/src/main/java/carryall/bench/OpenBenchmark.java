package carryall.bench;

import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// How long until an application that was never on this host is of use, over a slow link. Needs
/// root, for two network namespaces. All screens are looked at, and all keys pressed, in the same
/// way: through VNC.
final class OpenBenchmark implements Benchmark {
    static final String APP = "librecad";

    private static final SlowLink.Speed FAST = new SlowLink.Speed(100, 20);
    private static final SlowLink.Speed SLOW = new SlowLink.Speed(20, 40);
    private static final int LEVEL = 19;
    private static final int QUICK_LEVEL = 3;
    private static final double MEGABYTE = 1e6;
    private static final double MOST_SECONDS_TO_SCREEN = 2;
    private static final double MOST_SECONDS_TO_REACTION = 4;
    private static final double MOST_PERCENT = 8;
    private static final Map<String, Double> LEAST_TIMES =
            Map.of("download", 8.0, "HTTP boot", 20.0, "HTTP page", 2.0);

    private static final Duration PATIENCE = Duration.ofMinutes(20);

    /// After that a key is pressed again: QEMU forgets those that come before the guest runs.
    private static final Duration KEY_PATIENCE = Duration.ofSeconds(3);

    private static final long GLANCE_MILLIS = 5;

    @Override
    public String name() {
        return "open";
    }

    @Override
    public String question() {
        return "how long until a never-seen LibreCAD is of use, over a slow link?";
    }

    @Override
    public int usualRounds() {
        return 5;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        if (!Files.isWritable(Path.of("/dev/net/tun"))) {
            throw new IOException("making network namespaces needs root: repeat this as root");
        }
        Path work = Files.createTempDirectory("open");
        try {
            Guest guest = Guest.of(carryall);
            int level = settings.depth() == Settings.Depth.THOROUGH ? LEVEL : QUICK_LEVEL;
            Path web = settings.images().orElse(work.resolve("web"));
            Served served = Served.of(carryall, guest.appliance(), web, level);
            RunWay own = new RunWay(carryall);
            List<OpenWay> peers =
                    List.of(new DownloadWay(guest), new BootWay(guest), new PagedWay(guest));
            List<Figure> figures = new ArrayList<>();
            figures.add(megabytes("the release, compressed", served.releaseBytes()));
            if (served.wholeBytes() > 0) {
                figures.add(megabytes("what is resumed, zstd -" + level, served.wholeBytes()));
            }
            for (SlowLink.Speed speed : List.of(FAST, SLOW)) {
                try (SlowLink link = SlowLink.make(speed, work);
                        WebServer _ = WebServer.start(link, served.web(), work)) {
                    SlowLink.Found found = link.check();
                    Measured measured = new Measured(speed, served.releaseBytes());
                    for (int round = 0; round < settings.rounds(); round++) {
                        measured.add(own, once(own, link, guest));
                        for (OpenWay peer : peers) {
                            tryOnce(peer, link, guest, measured);
                        }
                    }
                    measured.addTo(figures, found, peers);
                }
            }
            return figures;
        } finally {
            Carryall.removeAll(work);
        }
    }

    private static Figure megabytes(String what, long bytes) {
        return Figure.of(what, Figure.Unit.MEGABYTES, List.of(bytes / MEGABYTE));
    }

    private static void tryOnce(OpenWay peer, SlowLink link, Guest guest, Measured measured)
            throws IOException, InterruptedException {
        if (!peer.isHere()) {
            System.err.println(peer.name() + " needs " + peer.needs());
            return;
        }
        try {
            measured.add(peer, once(peer, link, guest));
        } catch (IOException failed) {
            System.err.println(peer.name() + " failed: " + failed.getMessage());
        }
    }

    /// One opening.
    ///
    /// @param screenSeconds until the screen showed what it was to show
    /// @param reactionSeconds until it had reacted to a key that was pressed then
    /// @param bytes that had come over the link by then
    private record Opened(double screenSeconds, double reactionSeconds, long bytes) {}

    private static Opened once(OpenWay way, SlowLink link, Guest guest)
            throws IOException, InterruptedException {
        Path folder = Files.createTempDirectory("open");
        try (Started started = new Started(link, folder)) {
            way.prepare(folder);
            long before = link.received();
            long begin = System.nanoTime();
            try (Vnc vnc = window(way.open(folder, started))) {
                vnc.await(PATIENCE, now -> !now.differs(guest.ready()));
                double screen = Run.since(begin);
                react(vnc, guest.ready());
                double reaction = Run.since(begin);
                return new Opened(screen, reaction, link.received() - before);
            } finally {
                way.end(folder);
            }
        } finally {
            Carryall.removeAll(folder);
        }
    }

    private static Vnc window(OpenWay.Window window) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        while (Run.since(begin) < PATIENCE.toSeconds()) {
            Optional<Path> socket = window.socket();
            if (socket.isPresent()) {
                try {
                    return Vnc.open(socket.get(), PATIENCE);
                } catch (ConnectException tooEarly) {
                    // Nobody listens yet.
                }
            }
            Thread.sleep(GLANCE_MILLIS);
        }
        throw new IOException("no window after " + PATIENCE);
    }

    /// Opens the first menu.
    private static void react(Vnc vnc, Picture before) throws IOException {
        long begin = System.nanoTime();
        while (Run.since(begin) < PATIENCE.toSeconds()) {
            vnc.pressAlt('f');
            try {
                vnc.await(KEY_PATIENCE, now -> now.differs(before));
                return;
            } catch (Vnc.Late lost) {
                System.err.println("no reaction to a key within " + KEY_PATIENCE);
            }
        }
        throw new IOException("no reaction to a key within " + PATIENCE);
    }

    /// What came out of all rounds over one link.
    ///
    /// @param byWay in the order in which the ways were first measured
    private record Measured(
            SlowLink.Speed speed, long releaseBytes, Map<String, List<Opened>> byWay) {
        Measured(SlowLink.Speed speed, long releaseBytes) {
            this(speed, releaseBytes, new LinkedHashMap<>());
        }

        void add(OpenWay way, Opened opened) {
            byWay.computeIfAbsent(way.name(), _ -> new ArrayList<>()).add(opened);
            System.err.printf(
                    "%s, %s: screen %.1f s, reaction %.1f s, %.1f MB%n",
                    speed,
                    way.name(),
                    opened.screenSeconds(),
                    opened.reactionSeconds(),
                    opened.bytes() / MEGABYTE);
        }

        void addTo(List<Figure> figures, SlowLink.Found found, List<OpenWay> peers) {
            found.megabits()
                    .ifPresent(is ->
                            figures.add(
                                    Figure.of(
                                            speed + ": iperf3",
                                            Figure.Unit.MEGABITS_A_SECOND,
                                            List.of(is))));
            found.roundTripMillis()
                    .ifPresent(is ->
                            figures.add(
                                    Figure.of(
                                            speed + ": ping",
                                            Figure.Unit.MILLISECONDS,
                                            List.of(is))));
            Figure screen =
                    figure("  first screen", Figure.Unit.SECONDS, peers, Opened::screenSeconds);
            Figure reaction =
                    figure(
                            "  first reaction to a key",
                            Figure.Unit.SECONDS,
                            peers,
                            Opened::reactionSeconds);
            figures.add(speed.equals(FAST) ? screen.atMost(MOST_SECONDS_TO_SCREEN) : screen);
            figures.add(speed.equals(FAST) ? reaction.atMost(MOST_SECONDS_TO_REACTION) : reaction);
            figures.add(
                    figure(
                            "  fetched by then",
                            Figure.Unit.MEGABYTES,
                            peers,
                            opened -> opened.bytes() / MEGABYTE));
            figures.add(
                    figure(
                                    "  of the compressed release",
                                    Figure.Unit.PERCENT,
                                    List.of(),
                                    opened -> opened.bytes() * 100.0 / releaseBytes)
                            .atMost(MOST_PERCENT));
            for (Figure.Peer peer : reaction.peers()) {
                if (peer.isHere()) {
                    figures.add(
                            Figure.of(
                                            "  faster to react than " + peer.name(),
                                            Figure.Unit.TIMES,
                                            List.of(peer.median() / reaction.median()))
                                    .atLeast(LEAST_TIMES.getOrDefault(peer.name(), 1.0)));
                }
            }
        }

        private Figure figure(
                String what,
                Figure.Unit unit,
                List<OpenWay> peers,
                ToDoubleFunction<Opened> value) {
            Figure figure = Figure.of(what, unit, samples("Carryall", value));
            for (OpenWay peer : peers) {
                figure = figure.beside(peer.name(), samples(peer.name(), value));
            }
            return figure;
        }

        private List<Double> samples(String way, ToDoubleFunction<Opened> value) {
            return byWay.getOrDefault(way, List.of()).stream().map(value::applyAsDouble).toList();
        }
    }
}
