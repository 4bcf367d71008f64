package carryall.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Figures as people read them, 80 columns wide, and as programs do.
///
/// @param made on which host, when, and of which commit
record Table(Benchmark benchmark, Circumstances made, int rounds, List<Figure> figures) {
    private static final String ROW = "%-35s %10s %10s %-9s %12s";

    Table {
        figures = List.copyOf(figures);
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add(benchmark.name() + ": " + benchmark.question());
        lines.add(made.date() + ", commit " + made.commit() + ", medians of " + rounds);
        lines.add(made.host());
        lines.add("");
        lines.add(ROW.formatted("", "Carryall", "peer", "", "at most"));
        for (Figure figure : figures) {
            Figure.Unit unit = figure.unit();
            lines.add(
                    ROW.formatted(
                                    figure.what(),
                                    unit.text(figure.median()),
                                    figure.peer().map(peer -> unit.text(peer.median())).orElse(""),
                                    figure.peer().map(Figure.Peer::name).orElse(""),
                                    limit(figure))
                            .stripTrailing());
        }
        return String.join("\n", lines) + "\n";
    }

    private static String limit(Figure figure) {
        if (figure.most().isEmpty()) {
            return "";
        }
        return figure.unit().text(figure.most().getAsDouble())
                + (figure.met().orElseThrow() ? ", met" : ", NOT");
    }

    Map<String, Object> object() {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("benchmark", benchmark.name());
        object.put("date", made.date());
        object.put("commit", made.commit());
        object.put("host", made.host());
        object.put("rounds", rounds);
        object.put("figures", figures.stream().map(Table::object).toList());
        return object;
    }

    private static Map<String, Object> object(Figure figure) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("what", figure.what());
        object.put("unit", figure.unit().word());
        object.put("median", rounded(figure.median()));
        object.put("samples", figure.samples().stream().map(Table::rounded).toList());
        figure.peer()
                .ifPresent(peer -> {
                    Map<String, Object> other = new LinkedHashMap<>();
                    other.put("name", peer.name());
                    other.put("median", rounded(peer.median()));
                    other.put("samples", peer.samples().stream().map(Table::rounded).toList());
                    object.put("peer", other);
                });
        figure.most().ifPresent(most -> object.put("atMost", most));
        figure.met().ifPresent(met -> object.put("met", met));
        return object;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
