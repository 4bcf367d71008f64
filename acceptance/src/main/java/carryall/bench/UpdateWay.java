package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A way in which an image gets from a publisher to somebody who has an earlier one, or none.
sealed interface UpdateWay permits OwnWay, ChunkedWay, ZsyncWay, RsyncWay, PatchWay {
    /// One image on its way.
    ///
    /// @param bytes fetched, indexes too
    record Step(Effort publisher, Effort client, long bytes) {}

    /// At most 9 characters.
    String name();

    /// Whether this host has what it needs.
    boolean isHere();

    /// Publishes the image that others go out from, and gets it to somebody who has none.
    ///
    /// @return empty if that is not what the way is for
    Optional<Step> first() throws IOException, InterruptedException;

    /// Publishes another image, and gets it to somebody who has the first.
    Step update(String to) throws IOException, InterruptedException;

    /// Whether a command is installed.
    static boolean has(String command) {
        return List.of("/usr/bin", "/usr/sbin", "/usr/local/bin").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, command)));
    }

    /// Checks what came out, then removes it.
    static void compare(Path expected, Path came) throws IOException {
        if (Files.mismatch(expected, came) >= 0) {
            throw new IOException(came + " is not " + expected);
        }
        Files.delete(came);
    }
}
