package carryall.acceptance;

import io.avaje.jsonb.Jsonb;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// The shipped `carryall` command with a state directory of its own, as a user types it.
///
/// @param launcher the script at the root of the repository
/// @param home the state directory
/// @param before the words of another command that runs it, such as `unshare --net`
/// @param environment what it finds beside this process's own
record Command(Path launcher, Path home, List<String> before, Map<String, String> environment) {
    private static final Jsonb JSONB = Jsonb.builder().build();

    Command {
        before = List.copyOf(before);
        environment = Map.copyOf(environment);
    }

    /// The command of this repository.
    static Command over(Path home) {
        return new Command(repository().resolve("carryall"), home, List.of(), Map.of());
    }

    static Path repository() {
        Path here = Path.of("").toAbsolutePath();
        return here.endsWith("acceptance") ? here.resolveSibling("") : here;
    }

    /// The same, run by another command.
    Command within(String... words) {
        return new Command(launcher, home, List.of(words), environment);
    }

    /// The same, with a variable set.
    Command with(String variable, String value) {
        return new Command(launcher, home, before, Map.of(variable, value));
    }

    /// What a command printed and returned.
    record Result(int exitCode, String output, String errors) {
        Result succeeded() {
            if (exitCode != 0) {
                throw new AssertionError("exit code " + exitCode + "\n" + output + errors);
            }
            return this;
        }

        /// The one JSON object that a verb with `--json` prints.
        Map<String, Object> object() {
            return JSONB.type(Object.class).map().fromJson(succeeded().output);
        }
    }

    Path folder(String machine) {
        return home.resolve("machines").resolve(machine);
    }

    /// What `ls --json` says of one machine.
    Map<?, ?> listed(String machine) throws IOException, InterruptedException {
        Object all = run("ls", "--json").object().get("machines");
        if (all instanceof List<?> machines) {
            for (Object each : machines) {
                if (each instanceof Map<?, ?> object && machine.equals(object.get("name"))) {
                    return object;
                }
            }
        }
        throw new AssertionError(machine + " is not in " + all);
    }

    /// Runs the command to its end.
    Result run(Duration patience, String... words) throws IOException, InterruptedException {
        Process process = start(words);
        process.getOutputStream().close();
        return result(process, patience, words);
    }

    /// Runs the command to its end, for a minute at most.
    Result run(String... words) throws IOException, InterruptedException {
        return run(Duration.ofMinutes(1), words);
    }

    /// What a started command printed and returned, once it ended.
    static Result result(Process process, Duration patience, String... words)
            throws InterruptedException {
        CompletableFuture<String> output = reading(process.getInputStream());
        CompletableFuture<String> errors = reading(process.getErrorStream());
        if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly();
            throw new AssertionError(
                    String.join(" ", words) + " took over " + patience + "\n" + errors.join());
        }
        return new Result(process.exitValue(), output.join(), errors.join());
    }

    /// Starts the command and leaves it running.
    Process start(String... words) throws IOException {
        List<String> line = new ArrayList<>(before);
        line.add(launcher.toString());
        line.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("CARRYALL_HOME", home.toString());
        builder.environment().putAll(environment);
        builder.environment().remove("DISPLAY");
        builder.environment().remove("WAYLAND_DISPLAY");
        return builder.start();
    }

    /// Insists that each machine stops; for the end of a test.
    void stopAll() throws IOException, InterruptedException {
        Path machines = home.resolve("machines");
        if (!Files.isDirectory(machines)) {
            return;
        }
        List<Path> folders;
        try (Stream<Path> all = Files.list(machines)) {
            folders = all.toList();
        }
        for (Path folder : folders) {
            if (!Processes.of(this, folder.getFileName().toString()).isEmpty()) {
                run("stop", folder.getFileName().toString(), "--patience", "0");
            }
            for (ProcessHandle left : Processes.of(this, folder.getFileName().toString())) {
                left.destroyForcibly();
            }
        }
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
