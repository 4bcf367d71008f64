package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/// The application's machine, as Carryall runs it on a host that has everything: what the peers'
/// QEMUs are given, and what is to be seen in the end.
///
/// @param appliance its folder
/// @param warm the words of a QEMU that was opened where the appliance was saved
/// @param cold those of one that was booted
/// @param ready its screen when the application waits for somebody
record Guest(Path appliance, List<String> warm, List<String> cold, Picture ready) {
    private static final String MACHINE = "words";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration REST = Duration.ofSeconds(3);

    Guest {
        warm = List.copyOf(warm);
        cold = List.copyOf(cold);
    }

    /// Builds the application, if it is not built, and looks at it.
    static Guest of(Carryall carryall) throws IOException, InterruptedException {
        if (!Files.isDirectory(carryall.home().resolve("appliances"))) {
            carryall.run("build", carryall.root().resolve("examples/librecad").toString());
        }
        Path appliance = appliance(carryall);
        carryall.run("run", OpenBenchmark.APP, "--name", MACHINE, "--detach");
        List<String> warm = BareQemu.wordsOf(carryall.show(MACHINE).number("qemuPid"));
        Picture ready;
        try (Vnc vnc = Vnc.open(HandQemu.vncOf(warm), PATIENCE)) {
            vnc.await(PATIENCE, Picture::showsSomething);
            ready = vnc.awaitRest(REST, PATIENCE);
        }
        carryall.remove(MACHINE);
        carryall.run("run", OpenBenchmark.APP, "--name", MACHINE, "--cold", "--detach");
        List<String> cold = BareQemu.wordsOf(carryall.show(MACHINE).number("qemuPid"));
        carryall.remove(MACHINE);
        return new Guest(appliance, warm, cold, ready);
    }

    private static Path appliance(Carryall carryall) throws IOException {
        try (Stream<Path> all = Files.list(carryall.home().resolve("appliances"))) {
            return all.filter(folder -> Files.exists(folder.resolve("app.memory")))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no warm appliance was built"));
        }
    }
}
