package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/// What it takes to get an image to somebody who has an earlier one, or none: bytes, and processors
/// and memory on both sides.
final class UpdateBenchmark implements Benchmark {
    private static final int LEVEL = 19;
    private static final int QUICK_LEVEL = 3;
    private static final double MEGABYTE = 1e6;
    private static final double MOST_MEMORY = 512;
    private static final double MOST_INDEX_PERCENT = 0.3;

    /// What is fetched at most, by image, in megabytes.
    private static final Map<String, Double> MOST_BYTES =
            Map.of(Images.FIRST, 265.0, "A2", 36.0, "A3", 20.0, "B1", 66.0);

    @Override
    public String name() {
        return "update";
    }

    @Override
    public String question() {
        return "what does a new release cost whoever has the last?";
    }

    @Override
    public int usualRounds() {
        return 1;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        Path work = Files.createTempDirectory(Path.of("/var/tmp"), "carryall-bench-update");
        try {
            Images images = Images.of(settings.images(), carryall.root(), work);
            Path desync = ChunkedWay.desync(carryall.root());
            Measured measured = new Measured();
            for (int round = 0; round < settings.rounds(); round++) {
                Path folder = Files.createDirectory(work.resolve("round-" + round));
                round(images, desync, folder, settings.depth(), measured);
                Carryall.removeAll(folder);
            }
            return measured.figures();
        } finally {
            Carryall.removeAll(work);
        }
    }

    private static void round(
            Images images, Path desync, Path work, Settings.Depth depth, Measured measured)
            throws IOException, InterruptedException {
        OwnWay own = new OwnWay(images, folder(work, "own"), LEVEL);
        List<UpdateWay> ways = new ArrayList<>();
        ways.add(own);
        ways.add(
                new ChunkedWay(
                        ChunkedWay.Kind.CASYNC,
                        Path.of("/usr/bin/casync"),
                        images,
                        folder(work, "casync")));
        ways.add(new ChunkedWay(ChunkedWay.Kind.DESYNC, desync, images, folder(work, "desync")));
        ways.add(new ZsyncWay(images, folder(work, "zsync")));
        ways.add(new RsyncWay(images, folder(work, "rsync")));
        int level = depth == Settings.Depth.THOROUGH ? LEVEL : QUICK_LEVEL;
        ways.add(new PatchWay(images, folder(work, "zstd"), level));
        for (UpdateWay way : ways) {
            if (!way.isHere()) {
                measured.absent(way.name());
                continue;
            }
            try {
                measure(way, measured);
            } catch (IOException failed) {
                if (way.equals(own)) {
                    throw failed;
                }
                System.err.println(way.name() + " failed: " + failed.getMessage());
                measured.absent(way.name());
            }
        }
        measured.index(own.indexBytes());
        OwnWay quick = new OwnWay(images, folder(work, "quick"), QUICK_LEVEL);
        measured.quick(quick.publishFirst().processorSeconds());
        measured.content(images.contentBytes(Images.FIRST));
    }

    private static void measure(UpdateWay way, Measured measured)
            throws IOException, InterruptedException {
        Optional<UpdateWay.Step> first = way.first();
        if (first.isPresent()) {
            measured.add(Images.FIRST, way.name(), first.get());
        }
        for (String to : Images.OTHERS) {
            measured.add(to, way.name(), way.update(to));
        }
    }

    private static Path folder(Path work, String name) throws IOException {
        return Files.createDirectory(work.resolve(name));
    }

    /// What came out of all rounds.
    private static final class Measured {
        private static final String OWN = "Carryall";

        /// By image, then by way.
        private final Map<String, Map<String, List<UpdateWay.Step>>> steps = new HashMap<>();

        private final List<String> absent = new ArrayList<>();
        private final List<Double> quickSeconds = new ArrayList<>();
        private double content;
        private long indexBytes;

        void add(String image, String way, UpdateWay.Step step) {
            steps.computeIfAbsent(image, _ -> new LinkedHashMap<>())
                    .computeIfAbsent(way, _ -> new ArrayList<>())
                    .add(step);
            System.err.printf(
                    "%s, %s: %.1f MB; publisher %.1f s, client %.1f s%n",
                    way,
                    image,
                    step.bytes() / MEGABYTE,
                    step.publisher().processorSeconds(),
                    step.client().processorSeconds());
        }

        void absent(String way) {
            if (!absent.contains(way)) {
                absent.add(way);
            }
        }

        void index(long bytes) {
            indexBytes = bytes;
        }

        void quick(double seconds) {
            quickSeconds.add(seconds);
        }

        void content(long bytes) {
            content = bytes / MEGABYTE;
        }

        List<Figure> figures() {
            List<Figure> figures = new ArrayList<>();
            for (String to : Images.OTHERS) {
                of(to, Images.FIRST + " to " + to + ", " + Images.word(to), figures);
            }
            of(Images.FIRST, Images.FIRST + " to who has nothing", figures);
            double fetched = own(Images.FIRST).getFirst().bytes();
            figures.add(
                    Figure.of(
                                    "  its index, of what is fetched",
                                    Figure.Unit.PERCENT,
                                    List.of(indexBytes * 100 / fetched))
                            .atMost(MOST_INDEX_PERCENT));
            speed(figures);
            return figures;
        }

        private List<UpdateWay.Step> own(String image) {
            return steps.getOrDefault(image, Map.of()).getOrDefault(OWN, List.of());
        }

        private void of(String image, String what, List<Figure> figures) {
            double most = MOST_BYTES.getOrDefault(image, Double.MAX_VALUE);
            figures.add(
                    figure(what, Figure.Unit.MEGABYTES, image, step -> step.bytes() / MEGABYTE)
                            .atMost(most));
            figures.add(
                    figure(
                            "  publisher's processors",
                            Figure.Unit.SECONDS,
                            image,
                            step -> step.publisher().processorSeconds()));
            Figure client =
                    figure(
                            "  client's processors",
                            Figure.Unit.SECONDS,
                            image,
                            step -> step.client().processorSeconds());
            Optional<Figure.Peer> casync =
                    client.peers().stream()
                            .filter(peer -> peer.name().equals("casync"))
                            .findFirst();
            figures.add(
                    casync.isPresent() && casync.get().isHere()
                            ? client.atMost(casync.get().median())
                            : client);
            figures.add(
                    figure(
                                    "  publisher's memory",
                                    Figure.Unit.MEBIBYTES,
                                    image,
                                    step -> step.publisher().peakMebibytes())
                            .atMost(MOST_MEMORY));
            figures.add(
                    figure(
                                    "  client's memory",
                                    Figure.Unit.MEBIBYTES,
                                    image,
                                    step -> step.client().peakMebibytes())
                            .atMost(MOST_MEMORY));
        }

        private Figure figure(
                String what,
                Figure.Unit unit,
                String image,
                ToDoubleFunction<UpdateWay.Step> value) {
            Map<String, List<UpdateWay.Step>> all = steps.getOrDefault(image, Map.of());
            Figure figure =
                    Figure.of(what, unit, own(image).stream().map(value::applyAsDouble).toList());
            for (Map.Entry<String, List<UpdateWay.Step>> each : all.entrySet()) {
                if (!each.getKey().equals(OWN)) {
                    figure =
                            figure.beside(
                                    each.getKey(),
                                    each.getValue().stream().map(value::applyAsDouble).toList());
                }
            }
            for (String way : absent) {
                if (!all.containsKey(way)) {
                    figure = figure.beside(way, List.of());
                }
            }
            return figure;
        }

        private void speed(List<Figure> figures) {
            Figure slow =
                    figure(
                            "publishing on one core, zstd -19",
                            Figure.Unit.MEGABYTES_A_SECOND,
                            Images.FIRST,
                            step -> content / step.publisher().processorSeconds());
            Figure quick =
                    Figure.of(
                            "  with zstd -3, as the peers",
                            Figure.Unit.MEGABYTES_A_SECOND,
                            quickSeconds.stream().map(seconds -> content / seconds).toList());
            double best = 0;
            for (Figure.Peer peer : slow.peers()) {
                if (peer.isHere() && peer.name().endsWith("sync")) {
                    best = Math.max(best, peer.median());
                }
            }
            figures.add(best > 0 ? slow.atLeast(best) : slow);
            figures.add(best > 0 ? quick.atLeast(best) : quick);
        }
    }
}
