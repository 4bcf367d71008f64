package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// The shipped command with a state directory of its own. Closing it ends its machines and removes
/// the directory.
///
/// @param root the repository
/// @param home the state directory
record Carryall(Path root, Path home) implements AutoCloseable {
    static Carryall fresh(Path root) throws IOException {
        return new Carryall(root, Files.createTempDirectory("carryall-bench"));
    }

    /// Takes over what another state directory has built and found out, so that neither is done
    /// again.
    void begin(Path other) throws IOException, InterruptedException {
        for (String name : List.of("appliances", "accelerator")) {
            Path from = other.resolve(name);
            if (Files.exists(from)) {
                Run.of(
                        List.of("cp", "-a", "--sparse=always", from.toString(), home.toString()),
                        home);
            }
        }
    }

    Run run(String... words) throws IOException, InterruptedException {
        List<String> line = new ArrayList<>();
        line.add(root.resolve("carryall").toString());
        line.addAll(List.of(words));
        System.err.println("carryall " + String.join(" ", words));
        return Run.of(line, home);
    }

    /// What `show --json` says of a machine.
    JsonText show(String machine) throws IOException, InterruptedException {
        return JsonText.parse(run("show", machine, "--json").output());
    }

    Path machine(String name) {
        return home.resolve("machines").resolve(name);
    }

    /// Ends a machine without asking its guest, and removes it.
    void remove(String machine) throws IOException, InterruptedException {
        String status = show(machine).text("status");
        if (!status.equals("stopped") && !status.equals("suspended")) {
            run("stop", machine, "--patience", "0");
        }
        run("rm", machine, "--yes");
    }

    @Override
    public void close() throws IOException {
        Path machines = home.resolve("machines");
        if (Files.isDirectory(machines)) {
            try (Stream<Path> left = Files.list(machines)) {
                for (Path machine : left.toList()) {
                    remove(String.valueOf(machine.getFileName()));
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
        removeAll(home);
    }

    static void removeAll(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
