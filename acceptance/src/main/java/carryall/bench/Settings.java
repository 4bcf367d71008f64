package carryall.bench;

import java.nio.file.Path;
import java.util.Optional;

/// How a benchmark is run.
///
/// @param rounds how often each thing is measured, 1 or more
/// @param images where the images of `update` are, or what `open` serves, made there if need be;
///   without it they are made for this run
/// @param depth how much of the peers' time is worth it
record Settings(int rounds, Optional<Path> images, Depth depth) {
    enum Depth {
        QUICK,
        /// Peers also at settings that take them many minutes.
        THOROUGH
    }
}
