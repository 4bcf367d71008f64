package carryall.chunk;

import java.nio.file.Path;

/// A file to be packed.
///
/// @param name of the image that it becomes
/// @param file stays as it is meanwhile
public record Part(String name, Kind kind, Path file) {
    /// What is in it, which decides how it is cut.
    public enum Kind {
        /// Files or a file system: what moves, moves in long runs.
        DISK,
        /// A guest's memory, or a RAM disk: pages, many of which stand on a disk too.
        MEMORY
    }
}
