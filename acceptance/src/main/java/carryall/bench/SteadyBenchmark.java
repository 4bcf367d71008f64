package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Whether a guest whose memory was mapped from what was saved, and is read through the keeper, is
/// as quick in the end as one that was booted into memory of its own. What it loops over it has
/// touched before.
final class SteadyBenchmark implements Benchmark {
    private static final String APP = "librecad";
    private static final String MACHINE = "steady";
    private static final double MOST_PERCENT = 3;

    /// What is looped, by its name.
    private static final Map<String, String> LOOPS = loops();

    private static Map<String, String> loops() {
        Map<String, String> loops = new LinkedHashMap<>();
        loops.put("processor loop", "perl -e '$x = ($x * 31 + $_) % 1000003 for 1 .. 4000000'");
        loops.put(
                "memory loop",
                "perl -e '$s = \"x\" x (48 << 20); for (1 .. 12) { $t = $s; $t .= $_ }'");
        return loops;
    }

    @Override
    public String name() {
        return "steady";
    }

    @Override
    public String question() {
        return "is a guest that was resumed as quick as one that was booted?";
    }

    @Override
    public int usualRounds() {
        return 5;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        if (!Files.isDirectory(carryall.home().resolve("appliances"))) {
            carryall.run("build", carryall.root().resolve("examples/librecad").toString());
        }
        Map<String, List<Double>> booted = new LinkedHashMap<>();
        Map<String, List<Double>> resumed = new LinkedHashMap<>();
        for (int round = 0; round < settings.rounds(); round++) {
            time(carryall, booted, "--cold");
            time(carryall, resumed);
        }
        List<Figure> figures = new ArrayList<>();
        for (String loop : LOOPS.keySet()) {
            Figure figure =
                    Figure.of(
                                    loop + ", resumed",
                                    Figure.Unit.SECONDS,
                                    resumed.getOrDefault(loop, List.of()))
                            .beside("booted", booted.getOrDefault(loop, List.of()));
            figures.add(figure);
            figures.add(
                    Figure.of(
                                    "  slower by",
                                    Figure.Unit.PERCENT,
                                    List.of(
                                            100
                                                            * figure.median()
                                                            / figure.peers().getFirst().median()
                                                    - 100))
                            .atMost(MOST_PERCENT));
        }
        return figures;
    }

    private static void time(Carryall carryall, Map<String, List<Double>> into, String... words)
            throws IOException, InterruptedException {
        List<String> line = new ArrayList<>(List.of("run", APP, "--name", MACHINE, "--json"));
        line.addAll(List.of(words));
        carryall.run(line.toArray(String[]::new));
        try (GuestShell shell = GuestShell.of(carryall, MACHINE)) {
            for (Map.Entry<String, String> loop : LOOPS.entrySet()) {
                // The first touches its pages.
                shell.seconds(loop.getValue());
                into.computeIfAbsent(loop.getKey(), _ -> new ArrayList<>())
                        .add(shell.seconds(loop.getValue()));
            }
        }
        carryall.remove(MACHINE);
    }
}
