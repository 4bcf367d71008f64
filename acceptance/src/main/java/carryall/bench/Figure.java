package carryall.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What was measured of one thing.
///
/// @param what the thing, in a few words
/// @param samples one for each round, at least one
/// @param peers the same of the peers that have such a thing
/// @param limit what it may be, if that was decided
record Figure(
        String what, Unit unit, List<Double> samples, List<Peer> peers, Optional<Limit> limit) {
    Figure {
        samples = List.copyOf(samples);
        peers = List.copyOf(peers);
    }

    enum Unit {
        SECONDS("s", 1),
        MILLISECONDS("ms", 0),
        MEBIBYTES("MiB", 0),
        MEGABYTES("MB", 1),
        MEGABYTES_A_SECOND("MB/s", 1),
        READS_A_SECOND("/s", 0),
        PERCENT("%", 2),
        MEGABITS_A_SECOND("Mbit/s", 0),
        TIMES("times", 1);

        private final String word;
        private final int digits;

        Unit(String word, int digits) {
            this.word = word;
            this.digits = digits;
        }

        String word() {
            return word;
        }

        String text(double value) {
            return ("%." + digits + "f %s").formatted(value, word);
        }
    }

    /// What the median may be.
    sealed interface Limit {
        double value();

        record AtMost(double value) implements Limit {}

        record AtLeast(double value) implements Limit {}
    }

    /// Who else was measured.
    ///
    /// @param samples none if it could not be had on this host
    record Peer(String name, List<Double> samples) {
        Peer {
            samples = List.copyOf(samples);
        }

        boolean isHere() {
            return !samples.isEmpty();
        }

        double median() {
            return Figure.median(samples);
        }
    }

    static Figure of(String what, Unit unit, List<Double> samples) {
        return new Figure(what, unit, samples, List.of(), Optional.empty());
    }

    Figure beside(String name, List<Double> others) {
        List<Peer> more = new ArrayList<>(peers);
        more.add(new Peer(name, others));
        return new Figure(what, unit, samples, more, limit);
    }

    Figure atMost(double value) {
        return new Figure(what, unit, samples, peers, Optional.of(new Limit.AtMost(value)));
    }

    Figure atLeast(double value) {
        return new Figure(what, unit, samples, peers, Optional.of(new Limit.AtLeast(value)));
    }

    double median() {
        return median(samples);
    }

    /// Whether the median is what it may be; empty if nothing was decided.
    Optional<Boolean> met() {
        return limit.map(decided ->
                switch (decided) {
                    case Limit.AtMost most -> median() <= most.value();
                    case Limit.AtLeast least -> median() >= least.value();
                });
    }

    private static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
