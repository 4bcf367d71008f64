package carryall.bench;

import java.io.IOException;
import java.util.List;

/// One question, answered for Carryall and its peers in one run on one host.
sealed interface Benchmark
        permits FolderBenchmark,
                NbdBenchmark,
                OpenBenchmark,
                StartBenchmark,
                StatesBenchmark,
                SteadyBenchmark,
                UpdateBenchmark {
    /// What is typed after `./bench`.
    String name();

    /// What is asked, in a line.
    String question();

    /// How often each thing is measured unless somebody asks for another number.
    int usualRounds();

    /// Measures. Rounds of Carryall and of the peer take turns, so that both meet the same host.
    ///
    /// @param carryall with an empty state directory, removed afterwards
    /// @return in the order in which they are shown
    List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException;
}
