package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `./bench`: lists the benchmarks, or runs the one that is named.
public final class Bench {
    private static final String USAGE =
            "./bench NAME [--rounds N] [--built FOLDER] [--images FOLDER] [--thorough] [--json]";

    /// In the order in which they are listed.
    private static final List<Benchmark> ALL =
            List.of(
                    new StartBenchmark(),
                    new StatesBenchmark(),
                    new UpdateBenchmark(),
                    new SteadyBenchmark(),
                    new FolderBenchmark(),
                    new NbdBenchmark(),
                    new OpenBenchmark());

    private Bench() {}

    /// Runs one benchmark.
    ///
    /// @param words the repository's root, then what was typed
    public static void main(String[] words) throws IOException, InterruptedException {
        try {
            run(words);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
        }
    }

    private static void run(String[] words) throws IOException, InterruptedException {
        Path root = Path.of(words[0]);
        List<String> typed = new ArrayList<>(List.of(words).subList(1, words.length));
        boolean json = typed.remove("--json");
        Settings.Depth depth =
                typed.remove("--thorough") ? Settings.Depth.THOROUGH : Settings.Depth.QUICK;
        Optional<String> typedRounds = option(typed, "--rounds");
        Optional<Path> images = option(typed, "--images").map(Path::of);
        Optional<Path> built = option(typed, "--built").map(Path::of);
        if (typed.isEmpty()) {
            ALL.forEach(each -> System.out.printf("  %-10s %s%n", each.name(), each.question()));
            System.out.println("Run one: " + USAGE);
            return;
        }
        Benchmark chosen =
                ALL.stream()
                        .filter(each -> typed.equals(List.of(each.name())))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("type " + USAGE));
        int rounds = typedRounds.map(Bench::rounds).orElse(chosen.usualRounds());
        Circumstances made = Circumstances.now(root);
        List<Figure> figures;
        try (Carryall carryall = Carryall.fresh(root)) {
            if (built.isPresent()) {
                carryall.begin(built.get());
            }
            figures = chosen.measure(carryall, new Settings(rounds, images, depth));
        }
        Table table = new Table(chosen, made, rounds, figures);
        System.out.print(json ? JsonText.write(table.object()) + "\n" : table.text());
    }

    private static int rounds(String rounds) {
        if (!rounds.matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("type " + USAGE);
        }
        return Integer.parseInt(rounds);
    }

    /// Takes an option and its value out of what was typed.
    private static Optional<String> option(List<String> typed, String name) {
        int at = typed.indexOf(name);
        if (at < 0) {
            return Optional.empty();
        }
        if (at + 1 == typed.size()) {
            throw new IllegalArgumentException("type " + USAGE);
        }
        typed.remove(at);
        return Optional.of(typed.remove(at));
    }
}
