package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `carryall run` of what lies on a shelf, by a user who has nothing yet. What Carryall found out
/// of this host's processor is there: it belongs to no application.
///
/// @param carryall whose host it is
record RunWay(Carryall carryall) implements OpenWay {
    @Override
    public String name() {
        return "Carryall";
    }

    @Override
    public List<String> needs() {
        return List.of();
    }

    @Override
    public void prepare(Path folder) throws IOException, InterruptedException {
        Files.createDirectory(folder.resolve("home"));
        Files.createDirectory(folder.resolve("run"));
        Path accelerator = carryall.home().resolve("accelerator");
        if (Files.exists(accelerator)) {
            Run.of(List.of("cp", "-a", accelerator.toString(), folder + "/home/"), folder);
        }
    }

    @Override
    public Window open(Path folder, Started started) throws IOException {
        Process command =
                started.start(
                        command(
                                        folder,
                                        "run",
                                        WebServer.address("shelf/" + OpenBenchmark.APP),
                                        "--plain-http",
                                        "--yes",
                                        "--detach")
                                .toArray(String[]::new));
        return () -> {
            if (!command.isAlive() && command.exitValue() != 0) {
                started.checkAlive();
            }
            return socket(folder.resolve("run/carryall"));
        };
    }

    /// There is one machine alone.
    private static Optional<Path> socket(Path machines) throws IOException {
        if (Files.isDirectory(machines)) {
            try (DirectoryStream<Path> all = Files.newDirectoryStream(machines)) {
                for (Path each : all) {
                    Path socket = each.resolve("qemu/vnc.sock");
                    if (Files.exists(socket)) {
                        return Optional.of(socket);
                    }
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void end(Path folder) throws IOException, InterruptedException {
        if (Files.isDirectory(folder.resolve("home/machines").resolve(OpenBenchmark.APP))) {
            Run show = Run.of(command(folder, "show", OpenBenchmark.APP, "--json"), folder);
            if (!JsonText.parse(show.output()).text("status").equals("stopped")) {
                Run.of(command(folder, "stop", OpenBenchmark.APP, "--patience", "0"), folder);
            }
            Run.of(command(folder, "rm", OpenBenchmark.APP, "--yes"), folder);
        }
    }

    private List<String> command(Path folder, String... words) {
        List<String> line =
                new ArrayList<>(
                        List.of(
                                "env",
                                "CARRYALL_HOME=" + folder.resolve("home"),
                                "XDG_RUNTIME_DIR=" + folder.resolve("run"),
                                carryall.root().resolve("carryall").toString()));
        line.addAll(List.of(words));
        return line;
    }
}
