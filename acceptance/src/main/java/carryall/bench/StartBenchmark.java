package carryall.bench;

import carryall.json.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// From nothing to LibreCAD's window, and how long the verbs take that people type most. The peers
/// are QEMU started by hand with the same devices, and a Java program that prints a line.
final class StartBenchmark implements Benchmark {
    private static final String APP = "librecad";
    private static final List<String> THREE = List.of("one", "two", "three");
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final Duration SETTLE = Duration.ofSeconds(30);

    @Override
    public String name() {
        return "start";
    }

    @Override
    public String question() {
        return "how long from nothing to LibreCAD's window?";
    }

    @Override
    public int usualRounds() {
        return 5;
    }

    @Override
    public List<Figure> measure(Carryall carryall, Settings settings)
            throws IOException, InterruptedException {
        int rounds = settings.rounds();
        List<Figure> figures = new ArrayList<>();
        verbs(carryall, rounds, figures);
        build(carryall, figures);
        StatesBenchmark.Peers peers = open(carryall, rounds, figures);
        StatesBenchmark.measure(carryall, rounds, peers, figures);
        return figures;
    }

    /// Three machines that run, with nothing to boot.
    private static void verbs(Carryall carryall, int rounds, List<Figure> figures)
            throws IOException, InterruptedException {
        Path recipe = Files.createDirectory(carryall.home().resolve("empty"));
        Files.write(recipe.resolve("empty.raw"), new byte[1 << 20]);
        Files.writeString(
                recipe.resolve("recipe.yaml"),
                """
                name: empty
                version: "1"
                title: Empty
                image: empty.raw
                memory: 16MiB
                profile: classic
                """);
        for (String machine : THREE) {
            carryall.run("run", recipe.toString(), "--name", machine, "--detach");
        }
        List<String> java =
                List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+UseSerialGC",
                        "-cp",
                        carryall.root().resolve("acceptance/target/classes").toString(),
                        PlainProgram.class.getName());
        List<Run> plain = new ArrayList<>();
        List<Run> help = new ArrayList<>();
        List<Run> ls = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            plain.add(Run.of(java, carryall.home()));
            help.add(carryall.run("--help"));
            ls.add(carryall.run("ls"));
        }
        for (String machine : THREE) {
            carryall.remove(machine);
        }
        figures.addAll(beside("carryall --help", help, plain, 200));
        figures.addAll(beside("carryall ls, 3 machines running", ls, plain, 300));
    }

    private static List<Figure> beside(
            String what, List<Run> ours, List<Run> others, double mostMilliseconds) {
        return List.of(
                Figure.of(
                                what,
                                Figure.Unit.MILLISECONDS,
                                ours.stream().map(Run::milliseconds).toList())
                        .beside("any Java", others.stream().map(Run::milliseconds).toList())
                        .atMost(mostMilliseconds),
                Figure.of(
                                "  its processor time",
                                Figure.Unit.MILLISECONDS,
                                ours.stream().map(Run::processorMilliseconds).toList())
                        .beside(
                                "any Java",
                                others.stream().map(Run::processorMilliseconds).toList()));
    }

    /// One build, step by step: it takes minutes and depends on the network most of all.
    private static void build(Carryall carryall, List<Figure> figures)
            throws IOException, InterruptedException {
        Run build = carryall.run("build", recipe(carryall));
        List<Run.Line> steps =
                build.errors().stream().filter(line -> line.text().startsWith("[")).toList();
        figures.add(Figure.of("build, once", Figure.Unit.SECONDS, List.of(build.seconds())));
        for (int i = 0; i < steps.size(); i++) {
            double end = i + 1 < steps.size() ? steps.get(i + 1).atSeconds() : build.seconds();
            Run.Line step = steps.get(i);
            figures.add(
                    Figure.of(
                            shortened(step.text()),
                            Figure.Unit.SECONDS,
                            List.of(end - step.atSeconds())));
        }
    }

    private static String shortened(String step) {
        String what = "  " + step.replaceFirst("^\\[[0-9/]+\\] ", "");
        return what.length() > 35 ? what.substring(0, 35) : what;
    }

    private static String recipe(Carryall carryall) {
        return carryall.root().resolve("examples/librecad").toString();
    }

    private static StatesBenchmark.Peers open(Carryall carryall, int rounds, List<Figure> figures)
            throws IOException, InterruptedException {
        List<Double> guest = new ArrayList<>();
        List<Double> window = new ArrayList<>();
        List<Double> bareWindow = new ArrayList<>();
        List<Double> work = new ArrayList<>();
        List<Double> bareWork = new ArrayList<>();
        List<Double> save = new ArrayList<>();
        List<Double> load = new ArrayList<>();
        List<Memory> keeper = new ArrayList<>();
        List<Memory> qemu = new ArrayList<>();
        List<Memory> bareQemu = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            long begin = System.nanoTime();
            carryall.run("run", recipe(carryall), "--cold", "--detach");
            guest.add(Run.since(begin));
            carryall.run("run", APP);
            window.add(Run.since(begin));
            JsonText machine = carryall.show(APP);
            long pid = machine.number("qemuPid");
            work.add(ProcessorTime.of(pid));
            Thread.sleep(SETTLE);
            keeper.add(Memory.of(machine.number("keeperPid")));
            qemu.add(Memory.of(pid));
            List<String> words = BareQemu.wordsOf(pid);
            carryall.run("stop", APP, "--patience", "0");
            Path folder = Files.createTempDirectory("bare");
            try (BareQemu bare = BareQemu.start(words, carryall.machine(APP), folder)) {
                bareWindow.add(bare.untilTheAppIsUp(PATIENCE));
                bareWork.add(ProcessorTime.of(bare.pid()));
                Thread.sleep(SETTLE);
                bareQemu.add(Memory.of(bare.pid()));
                save.add(bare.saveVm());
                try (BareQemu loaded = bare.again()) {
                    load.add(loaded.untilItRuns(PATIENCE));
                }
            } finally {
                Carryall.removeAll(folder);
            }
            carryall.run("rm", APP, "--yes");
        }
        figures.add(Figure.of("run --cold until the guest runs", Figure.Unit.SECONDS, guest));
        figures.add(
                Figure.of("run --cold until the app's window", Figure.Unit.SECONDS, window)
                        .beside("bare QEMU", bareWindow));
        figures.add(
                Figure.of("  QEMU's processor time", Figure.Unit.SECONDS, work)
                        .beside("bare QEMU", bareWork));
        figures.add(mebibytes("keeper, resident", resident(keeper)).atMost(100));
        figures.add(mebibytes("keeper, its share (Pss)", proportional(keeper)));
        figures.add(
                mebibytes("QEMU, resident", resident(qemu))
                        .beside("bare QEMU", resident(bareQemu)));
        return new StatesBenchmark.Peers(save, load);
    }

    private static Figure mebibytes(String what, List<Double> samples) {
        return Figure.of(what, Figure.Unit.MEBIBYTES, samples);
    }

    private static List<Double> resident(List<Memory> memories) {
        return memories.stream().map(Memory::resident).toList();
    }

    private static List<Double> proportional(List<Memory> memories) {
        return memories.stream().map(Memory::proportional).toList();
    }
}
