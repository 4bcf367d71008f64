package carryall.bench;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/// What was measured of one thing.
///
/// @param what the thing, in a few words
/// @param samples one for each round, at least one
/// @param peer the same of the peer, if it has such a thing
/// @param most what it may be at most, if that was decided
record Figure(
        String what, Unit unit, List<Double> samples, Optional<Peer> peer, OptionalDouble most) {
    Figure {
        samples = List.copyOf(samples);
    }

    enum Unit {
        SECONDS("s", 1),
        MILLISECONDS("ms", 0),
        MEBIBYTES("MiB", 0);

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

    /// Who else was measured.
    record Peer(String name, List<Double> samples) {
        Peer {
            samples = List.copyOf(samples);
        }

        double median() {
            return Figure.median(samples);
        }
    }

    static Figure of(String what, Unit unit, List<Double> samples) {
        return new Figure(what, unit, samples, Optional.empty(), OptionalDouble.empty());
    }

    Figure beside(String name, List<Double> others) {
        return new Figure(what, unit, samples, Optional.of(new Peer(name, others)), most);
    }

    Figure atMost(double limit) {
        return new Figure(what, unit, samples, peer, OptionalDouble.of(limit));
    }

    double median() {
        return median(samples);
    }

    /// Whether the median is what it may be; empty if nothing was decided.
    Optional<Boolean> met() {
        return most.isPresent() ? Optional.of(median() <= most.getAsDouble()) : Optional.empty();
    }

    private static double median(List<Double> samples) {
        List<Double> sorted = samples.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? sorted.get(middle)
                : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
