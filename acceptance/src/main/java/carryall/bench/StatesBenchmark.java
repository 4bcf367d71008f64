package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// How long it takes to open what was saved: the appliance's warm states and the user's own. The
/// screen is looked at through `carryall screenshot`, whose own time is part of each figure.
final class StatesBenchmark implements Benchmark {
    private static final String APP = "librecad";
    private static final String MACHINE = "states";
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @Override
    public String name() {
        return "states";
    }

    @Override
    public String question() {
        return "how long until LibreCAD is there again?";
    }

    @Override
    public int usualRounds() {
        return 5;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        int rounds = settings.rounds();
        Path appliances = carryall.home().resolve("appliances");
        if (!Files.isDirectory(appliances)) {
            carryall.run("build", carryall.root().resolve("examples/librecad").toString());
        }
        List<Figure> figures = new ArrayList<>();
        measure(carryall, rounds, new Peers(List.of(), List.of()), figures);
        return figures;
    }

    /// The same guest saved and loaded by QEMU alone, once a round; empty if that was not measured.
    ///
    /// @param save seconds for `savevm`
    /// @param load seconds until a QEMU with `-loadvm` runs its guest
    record Peers(List<Double> save, List<Double> load) {}

    /// Measures with the appliance that was built.
    static void measure(Carryall carryall, int rounds, Peers peers, List<Figure> figures)
            throws IOException, InterruptedException {
        List<Double> firstScreen = new ArrayList<>();
        List<Double> firstKey = new ArrayList<>();
        List<Double> suspend = new ArrayList<>();
        List<Double> firstStored = new ArrayList<>();
        List<Double> resumeScreen = new ArrayList<>();
        List<Double> secondSuspend = new ArrayList<>();
        List<Double> secondStored = new ArrayList<>();
        List<Double> usedDisk = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            carryall.run("run", APP, "--name", MACHINE, "--detach");
            Picture first = shown(carryall);
            firstScreen.add(Run.since(begin));
            carryall.run("press", MACHINE, "alt-f");
            Picture.await(carryall, MACHINE, PATIENCE, now -> now.differs(first));
            firstKey.add(Run.since(begin));
            suspend.add(carryall.run("suspend", MACHINE).seconds());
            firstStored.add(storedMebibytes(carryall));
            begin = System.nanoTime();
            carryall.run("resume", MACHINE, "--detach");
            shown(carryall);
            resumeScreen.add(Run.since(begin));
            carryall.run("press", MACHINE, "esc");
            secondSuspend.add(carryall.run("suspend", MACHINE).seconds());
            secondStored.add(storedMebibytes(carryall));
            carryall.run("resume", MACHINE, "--detach");
            carryall.run("stop", MACHINE);
            usedDisk.add(carryall.run("run", MACHINE, "--json").seconds());
            carryall.remove(MACHINE);
        }
        figures.add(Figure.of("first run until the screen", Figure.Unit.SECONDS, firstScreen));
        figures.add(Figure.of("  until it reacts to a key", Figure.Unit.SECONDS, firstKey));
        figures.add(Figure.of("used disk until the app's window", Figure.Unit.SECONDS, usedDisk));
        figures.add(
                beside(
                        Figure.of("suspend, the first time", Figure.Unit.SECONDS, suspend),
                        "savevm",
                        peers.save()));
        figures.add(Figure.of("  stored", Figure.Unit.MEBIBYTES, firstStored));
        figures.add(
                beside(
                        Figure.of("resume until the screen", Figure.Unit.SECONDS, resumeScreen),
                        "loadvm",
                        peers.load()));
        figures.add(Figure.of("suspend, the second time", Figure.Unit.SECONDS, secondSuspend));
        figures.add(Figure.of("  stored", Figure.Unit.MEBIBYTES, secondStored));
        WarmSize.of(appliance(carryall))
                .ifPresent(size -> {
                    figures.add(
                            Figure.of(
                                    "warm states' memory, zstd -3",
                                    Figure.Unit.MEBIBYTES,
                                    List.of(size.memory())));
                    figures.add(
                            Figure.of(
                                    "  their devices and layers",
                                    Figure.Unit.MEBIBYTES,
                                    List.of(size.rest())));
                });
    }

    private static Figure beside(Figure figure, String peer, List<Double> samples) {
        return samples.isEmpty() ? figure : figure.beside(peer, samples);
    }

    private static Picture shown(Carryall carryall) throws IOException, InterruptedException {
        return Picture.await(carryall, MACHINE, PATIENCE, Picture::showsSomething);
    }

    /// What the newest state put on the disk.
    private static double storedMebibytes(Carryall carryall)
            throws IOException, InterruptedException {
        JsonText history = JsonText.parse(carryall.run("history", MACHINE, "--json").output());
        return history.objects("states").getLast().number("storedBytes") / (double) (1 << 20);
    }

    private static Path appliance(Carryall carryall) throws IOException {
        try (Stream<Path> all = Files.list(carryall.home().resolve("appliances"))) {
            return all.filter(folder -> Files.exists(folder.resolve("app.memory")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no warm appliance was built"));
        }
    }
}
