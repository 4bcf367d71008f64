package carryall.bench;

import carryall.appliance.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `./bench`: lists the benchmarks, or runs the one that is named.
public final class Bench {
    private static final String USAGE = "./bench NAME [--rounds N] [--json]";

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
        int rounds = rounds(typed);
        if (typed.isEmpty()) {
            Benchmark.ALL.forEach(
                    each -> System.out.printf("  %-10s %s%n", each.name(), each.question()));
            System.out.println("Run one: " + USAGE);
            return;
        }
        Benchmark chosen =
                Benchmark.ALL.stream()
                        .filter(each -> typed.equals(List.of(each.name())))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("type " + USAGE));
        Circumstances made = Circumstances.now(root);
        List<Figure> figures;
        try (Carryall carryall = Carryall.fresh(root)) {
            figures = chosen.measure(carryall, rounds);
        }
        Table table = new Table(chosen, made, rounds, figures);
        System.out.print(json ? JsonText.write(table.object()) + "\n" : table.text());
    }

    private static int rounds(List<String> typed) {
        int at = typed.indexOf("--rounds");
        if (at < 0) {
            return 5;
        }
        if (at + 1 == typed.size() || !typed.get(at + 1).matches("[1-9][0-9]{0,2}")) {
            throw new IllegalArgumentException("type " + USAGE);
        }
        typed.remove(at);
        return Integer.parseInt(typed.remove(at));
    }
}
