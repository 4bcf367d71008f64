package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// The shipped `carryall` command with a state directory of its own, as a user types it.
///
/// @param launcher the script at the root of the repository
/// @param home the state directory
record Command(Path launcher, Path home) {
    /// The command of this repository.
    static Command over(Path home) {
        Path root = Path.of("").toAbsolutePath();
        return new Command(
                (root.endsWith("acceptance") ? root.getParent() : root).resolve("carryall"), home);
    }

    /// What a command printed and returned.
    record Result(int exitCode, String output, String errors) {
        Result succeeded() {
            if (exitCode != 0) {
                throw new AssertionError("exit code " + exitCode + "\n" + output + errors);
            }
            return this;
        }
    }

    Path folder(String machine) {
        return home.resolve("machines").resolve(machine);
    }

    /// Runs the command to its end.
    Result run(Duration patience, String... words) throws IOException, InterruptedException {
        Process process = start(words);
        process.getOutputStream().close();
        CompletableFuture<String> output = reading(process.getInputStream());
        CompletableFuture<String> errors = reading(process.getErrorStream());
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    String.join(" ", words) + " took over " + patience + "\n" + errors.join());
        }
        return new Result(process.exitValue(), output.join(), errors.join());
    }

    /// Runs the command to its end, for a minute at most.
    Result run(String... words) throws IOException, InterruptedException {
        return run(Duration.ofMinutes(1), words);
    }

    /// Starts the command and leaves it running.
    Process start(String... words) throws IOException {
        List<String> line = new ArrayList<>();
        line.add(launcher.toString());
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("CARRYALL_HOME", home.toString());
        builder.environment().remove("DISPLAY");
        builder.environment().remove("WAYLAND_DISPLAY");
        return builder.start();
    }

    private static CompletableFuture<String> reading(java.io.InputStream stream) {
        CompletableFuture<String> text = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("output of a command")
                .start(() -> {
                    try (stream) {
                        text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
                    } catch (IOException failure) {
                        text.completeExceptionally(failure);
                    }
                });
        return text;
    }
}
