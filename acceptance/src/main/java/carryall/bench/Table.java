package carryall.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Figures as people read them, 80 columns wide, and as programs do.
///
/// @param made on which host, when, and of which commit
record Table(Benchmark benchmark, Circumstances made, int rounds, List<Figure> figures) {
    private static final String ROW = "%-33s %10s %10s %-9s %14s";

    Table {
        figures = List.copyOf(figures);
    }

    String text() {
        List<String> lines = new ArrayList<>();
        lines.add(benchmark.name() + ": " + benchmark.question());
        lines.add(made.date() + ", commit " + made.commit() + ", medians of " + rounds);
        lines.add(made.host());
        lines.add("");
        lines.add(ROW.formatted("", "Carryall", "peer", "", "limit"));
        for (Figure figure : figures) {
            addRows(figure, lines);
        }
        return String.join("\n", lines) + "\n";
    }

    /// The first peer stands beside, the others below.
    private static void addRows(Figure figure, List<String> lines) {
        String what = figure.what();
        String own = figure.unit().text(figure.median());
        String limit = limit(figure);
        if (figure.peers().isEmpty()) {
            lines.add(ROW.formatted(what, own, "", "", limit).stripTrailing());
        }
        for (Figure.Peer peer : figure.peers()) {
            String other = peer.isHere() ? figure.unit().text(peer.median()) : "no figure";
            lines.add(ROW.formatted(what, own, other, peer.name(), limit).stripTrailing());
            what = "";
            own = "";
            limit = "";
        }
    }

    private static String limit(Figure figure) {
        return figure.limit()
                .map(limit -> {
                    String value = figure.unit().text(limit.value());
                    String met = figure.met().orElseThrow() ? ", met" : ", NOT";
                    return switch (limit) {
                        case Figure.Limit.AtMost _ -> value + met;
                        case Figure.Limit.AtLeast _ -> ">" + value + met;
                    };
                })
                .orElse("");
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
        List<Object> peers = new ArrayList<>();
        for (Figure.Peer peer : figure.peers()) {
            Map<String, Object> other = new LinkedHashMap<>();
            other.put("name", peer.name());
            if (peer.isHere()) {
                other.put("median", rounded(peer.median()));
            }
            other.put("samples", peer.samples().stream().map(Table::rounded).toList());
            peers.add(other);
        }
        object.put("peers", peers);
        figure.limit()
                .ifPresent(limit -> {
                    switch (limit) {
                        case Figure.Limit.AtMost most -> object.put("atMost", most.value());
                        case Figure.Limit.AtLeast least -> object.put("atLeast", least.value());
                    }
                });
        figure.met().ifPresent(met -> object.put("met", met));
        return object;
    }

    private static double rounded(double value) {
        return Math.round(value * 1000) / 1000.0;
    }
}
