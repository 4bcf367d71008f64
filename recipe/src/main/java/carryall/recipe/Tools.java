package carryall.recipe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The host's programs that build.
final class Tools {
    private static final List<Path> FOLDERS =
            List.of(Path.of("/usr/bin"), Path.of("/usr/sbin"), Path.of("/sbin"), Path.of("/bin"));

    private Tools() {}

    /// The absolute path of a program.
    static String find(String name) throws RecipeException {
        for (Path folder : FOLDERS) {
            if (Files.isExecutable(folder.resolve(name))) {
                return folder.resolve(name).toString();
            }
        }
        throw new RecipeException.BuilderMissing(name);
    }

    /// Runs a program to its end; it must say by 0 that it succeeded.
    ///
    /// @param result where it writes, for the message if the disk is full
    static void run(Path result, List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said =
                new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8)
                        .strip();
        try {
            if (process.waitFor() != 0) {
                throw said.contains("No space left")
                        ? new RecipeException.NoSpace(result)
                        : new RecipeException.StepFailed(command.getFirst(), said);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new RecipeException.StepFailed(command.getFirst(), "interrupted");
        }
    }

    /// Removes a folder with what is in it; links are removed, not followed.
    static void remove(Path folder) throws IOException {
        List<Path> all;
        try (Stream<Path> found = Files.walk(folder)) {
            all = found.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path each : all) {
            Files.deleteIfExists(each);
        }
    }
}
