package carryall.recipe;

import carryall.appliance.Appliance;
import carryall.appliance.MemoryImageFile;
import carryall.hypervisor.Accelerators;
import carryall.hypervisor.Boot;
import carryall.hypervisor.Disk;
import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import carryall.hypervisor.Qemu;
import carryall.hypervisor.QemuProgram;
import carryall.hypervisor.Start;
import carryall.hypervisor.VirtualMachine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;

/// Boots a new appliance once and saves its two warm states. *Session*: the desktop is up, and no
/// personal disk was ever there. *App*: a fresh personal disk is plugged in, and the app is up and
/// at rest. Before each, the guest forgets what must not be the same in two machines, and empties
/// its free memory.
final class WarmCapture {
    static final int STEPS = 4;
    private static final String SCRIPTS = "/usr/lib/carryall/";
    private static final Duration BOOT_PATIENCE = Duration.ofMinutes(10);
    private static final Duration SCRIPT_PATIENCE = Duration.ofMinutes(5);
    private static final Duration APP_PATIENCE = Duration.ofMinutes(10);

    /// Nobody's: each machine gets its own when it wakes.
    private static final UUID MACHINE_ID = UUID.fromString(Builder.MACHINE_UUID);

    private static final MacAddress MAC = new MacAddress("52:54:00:00:00:00");

    private final Recipe recipe;
    private final String commandLine;
    private final Path out;
    private final Accelerators accelerators;
    private final BuildListener listener;

    WarmCapture(
            Recipe recipe,
            String commandLine,
            Path out,
            Accelerators accelerators,
            BuildListener listener) {
        this.recipe = recipe;
        this.commandLine = commandLine;
        this.out = out;
        this.accelerators = accelerators;
        this.listener = listener;
    }

    /// Boots, and leaves the parts of the warm states beside the others.
    ///
    /// @throws RecipeException.StepFailed if the desktop or the app did not come up
    Appliance.Warm take(int step, int steps) throws IOException {
        Path layers = Files.createDirectory(out.resolve("layers"));
        Path sockets = Files.createTempDirectory("carryall-warm");
        try {
            Path sessionSystem = layer(layers, Appliance.Part.SESSION_SYSTEM, part("system.raw"));
            Path appSystem = layer(layers, Appliance.Part.APP_SYSTEM, part("system.raw"));
            Path appPersonal = layer(layers, Appliance.Part.APP_PERSONAL, part("personal.raw"));
            Accelerators.Verdict verdict = accelerators.choose();
            QemuProgram program = QemuProgram.find();
            VirtualMachine machine =
                    machine(
                            verdict,
                            List.of(
                                    new Disk(
                                            "system", part("system.raw"), List.of(), sessionSystem),
                                    new Disk(
                                            "personal",
                                            part("personal.raw"),
                                            List.of(),
                                            appPersonal)));
            listener.step(step, steps, "starting the desktop");
            try (Qemu qemu =
                    Qemu.start(
                            program,
                            machine,
                            new Start.Boot(Set.of("personal")),
                            sockets,
                            event -> {})) {
                qemu.goOn();
                awaitAgent(qemu);
                script(qemu, "desktop-ready");
                script(qemu, "idle");
                script(qemu, "forget");
                script(qemu, "preload");
                script(qemu, "idle");
                script(qemu, "wipe");
                script(qemu, "idle");
                listener.step(step + 1, steps, "saving the desktop");
                qemu.pause();
                qemu.freeze(Map.of("system", appSystem));
                save(
                        qemu,
                        Appliance.Part.SESSION_MEMORY,
                        Appliance.Part.SESSION_INDEX,
                        Appliance.Part.SESSION_DEVICES);
                qemu.goOn();
                listener.step(step + 2, steps, "starting the app");
                qemu.plug("personal");
                awaitApp(qemu);
                script(qemu, "idle");
                script(qemu, "forget");
                script(qemu, "wipe");
                script(qemu, "idle");
                listener.step(step + 3, steps, "saving the app");
                qemu.pause();
                save(
                        qemu,
                        Appliance.Part.APP_MEMORY,
                        Appliance.Part.APP_INDEX,
                        Appliance.Part.APP_DEVICES);
                qemu.quit(Duration.ofSeconds(10));
            }
            for (Path layer : List.of(sessionSystem, appSystem, appPersonal)) {
                // Copied, so that it is no longer the jail user's.
                Files.copy(layer, out.resolve(layer.getFileName()));
            }
            return new Appliance.Warm(program.version(), verdict.accelerator());
        } finally {
            Tools.remove(layers);
            Tools.remove(sockets);
        }
    }

    private Path part(String fileName) {
        return out.resolve(fileName);
    }

    /// An empty layer over an image of a known size; what lies under it is said at each use.
    private static Path layer(Path folder, Appliance.Part part, Path base) throws IOException {
        Path layer = folder.resolve(part.fileName());
        Tools.run(
                layer,
                List.of(
                        Tools.find("qemu-img"),
                        "create",
                        "-q",
                        "-f",
                        "qcow2",
                        layer.toString(),
                        Long.toString(Files.size(base))));
        return layer;
    }

    private VirtualMachine machine(Accelerators.Verdict verdict, List<Disk> disks) {
        return new VirtualMachine(
                recipe.name().app(),
                MACHINE_ID,
                recipe.profile(),
                recipe.firmware(),
                Optional.empty(),
                verdict.accelerator(),
                recipe.memory(),
                recipe.cpus(),
                disks,
                new Boot.Kernel(
                        part(Appliance.Part.KERNEL.fileName()),
                        part(Appliance.Part.INITRD.fileName()),
                        commandLine),
                MAC,
                Network.NONE,
                recipe.sharing().ports());
    }

    private static void awaitAgent(Qemu qemu) throws IOException {
        long end = System.nanoTime() + BOOT_PATIENCE.toNanos();
        while (!qemu.agent().answers(Duration.ofSeconds(5))) {
            if (qemu.ended().isDone() || System.nanoTime() > end) {
                throw new RecipeException.StepFailed(
                        "starting the desktop", "the guest's agent does not answer");
            }
        }
    }

    private static void awaitApp(Qemu qemu) throws IOException {
        long end = System.nanoTime() + APP_PATIENCE.toNanos();
        List<String> ready = List.of(SCRIPTS + "app-ready");
        while (qemu.agent().run(ready, SCRIPT_PATIENCE).exitCode() != 0) {
            if (System.nanoTime() > end) {
                throw new RecipeException.StepFailed(
                        "starting the app", "no window came up within " + APP_PATIENCE);
            }
            try {
                Thread.sleep(500);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new RecipeException.StepFailed("starting the app", "interrupted");
            }
        }
    }

    private static void script(Qemu qemu, String name) throws IOException {
        GuestAgent.Outcome outcome = qemu.agent().run(List.of(SCRIPTS + name), SCRIPT_PATIENCE);
        if (outcome.exitCode() != 0) {
            throw new RecipeException.StepFailed(name + " in the guest", outcome.output());
        }
    }

    private void save(
            Qemu qemu, Appliance.Part memory, Appliance.Part index, Appliance.Part devices)
            throws IOException {
        long total = recipe.memory().bytes();
        try (MemoryImageFile image = MemoryImageFile.create(part(memory.fileName()), total)) {
            qemu.save(
                    image,
                    part(devices.fileName()),
                    done ->
                            listener.progress(
                                    BuildListener.Unit.BYTES, done, OptionalLong.of(total)));
            image.finish().write(part(index.fileName()));
        }
    }
}
