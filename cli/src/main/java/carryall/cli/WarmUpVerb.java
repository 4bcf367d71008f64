package carryall.cli;

import carryall.block.FuseMount;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/// Does what people do most, in a state directory of its own, so that the JDK's AOT cache learns
/// it: the verbs, the keeper with a guest that does nothing, and the way from a shelf to such a
/// guest. A host that cannot start QEMU learns the rest.
@Command(name = "warm-up", hidden = true, description = "Train the JDK's AOT cache.")
final class WarmUpVerb implements Verb {
    private static final MachineName NAME = new MachineName("warm-up");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final List<String> AT_REST =
            List.of("--help", "run --help", "ls", "show warm-up");
    private static final List<String> RUNNING =
            List.of(
                    "run warm-up --detach",
                    "ls",
                    "ls --json",
                    "show warm-up",
                    "show warm-up --json",
                    "press warm-up a",
                    "stop warm-up --patience 0");

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Path home = Files.createTempDirectory("carryall-warm-up");
        try {
            warmUp(new Machines(home), home);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            remove(home);
        }
        return Exit.DONE;
    }

    private static void warmUp(Machines machines, Path home)
            throws IOException, InterruptedException {
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Terminal terminal = new Terminal(InputStream.nullInputStream(), nowhere, nowhere, 0);
        Verbs verbs = new Verbs(machines, terminal);
        AT_REST.forEach(line -> type(verbs, line));
        open(verbs, machines, recipe(home).toString());
        AT_REST.forEach(line -> type(verbs, line));
        type(verbs, "rm warm-up --yes");
        Path shelf = home.resolve("shelf");
        type(verbs, "keygen warm-up");
        type(verbs, "publish local/warm-up " + shelf);
        try {
            FuseMount.tryMount();
        } catch (IOException notHere) {
            // Then nothing of it is needed.
        }
        Machines users = new Machines(home.resolve("user"));
        open(new Verbs(users, terminal), users, shelf + "/warm-up");
    }

    private static void open(Verbs verbs, Machines machines, String what)
            throws InterruptedException, IOException {
        Thread keeper =
                Thread.ofPlatform()
                        .name("keeper")
                        .daemon()
                        .start(() -> verbs.run(List.of("run", what, "--yes", "--foreground")));
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (keeper.isAlive() && System.nanoTime() < end && !runs(machines)) {
            Thread.sleep(20);
        }
        RUNNING.forEach(line -> type(verbs, line));
        keeper.join(PATIENCE);
    }

    private static void type(Verbs verbs, String line) {
        verbs.run(List.of(line.split(" ", -1)));
    }

    private static boolean runs(Machines machines) throws IOException {
        return Files.isDirectory(machines.folder(NAME))
                && machines.status(NAME) instanceof MachineStatus.Running;
    }

    /// A machine whose disk has nothing to boot.
    private static Path recipe(Path home) throws IOException {
        Path folder = Files.createDirectory(home.resolve("recipe"));
        Files.write(folder.resolve("empty.raw"), new byte[1 << 20]);
        return Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                name: warm-up
                version: "1"
                title: Warm-up
                image: empty.raw
                memory: 16MiB
                profile: classic
                """);
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
