package carryall.recipe;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.OpeningText;
import carryall.chunk.Touch;
import carryall.crypto.Digest;
import carryall.hypervisor.Network;
import carryall.machine.Keeper;
import carryall.machine.KeeperConnection;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import carryall.machine.TouchLog;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Opens a new appliance as a user will, in a state directory of its own, until the app has reacted
/// to a key, and notes what QEMU reads of its memory and disks, and in which order. Who fetches
/// that first can open the app before the rest is there.
final class Rehearsal {
    private static final int TIMES = 2;
    private static final MachineName NAME = new MachineName("rehearsal");
    private static final Duration START_PATIENCE = Duration.ofMinutes(2);
    private static final Duration APP_PATIENCE = Duration.ofMinutes(3);
    private static final Duration END_LOOK = Duration.ofMillis(200);
    private static final Duration REACTION_PATIENCE = Duration.ofSeconds(20);

    /// Opens a menu in most apps.
    private static final List<String> KEYS = List.of("alt", "f");

    private Rehearsal() {}

    /// Rehearses, and leaves what it saw beside the other parts.
    ///
    /// @param description of the appliance, its warm states included
    /// @param parts where its parts are
    static void perform(Appliance description, Path parts) throws IOException {
        Path home = Files.createTempDirectory("carryall-rehearsal");
        try {
            byte[] text = description.text().getBytes(StandardCharsets.UTF_8);
            Path folder =
                    Files.createDirectories(home.resolve("appliances"))
                            .resolve(Digest.of(text).hex());
            // Of its own, so that nothing is left among the parts; the files are theirs.
            Files.createDirectory(folder);
            for (Appliance.Part part : description.parts().keySet()) {
                Files.createSymbolicLink(
                        folder.resolve(part.fileName()), parts.resolve(part.fileName()));
            }
            Files.write(folder.resolve("appliance.json"), text);
            // A guest does not do the same twice: what only the second needs comes last.
            List<Touch> touches = new ArrayList<>();
            for (int i = 0; i < TIMES; i++) {
                touches.addAll(open(new Machines(home), Digest.of(text)));
            }
            Files.write(
                    parts.resolve(Appliance.Part.OPENING.fileName()), OpeningText.write(touches));
        } finally {
            Tools.remove(home);
        }
    }

    private static List<Touch> open(Machines machines, Digest id) throws IOException {
        InstalledAppliance appliance = machines.appliances().find(id);
        machines.create(NAME, appliance, Network.NONE);
        TouchLog touches = new TouchLog();
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Thread keeper =
                Thread.ofPlatform()
                        .name("rehearsal")
                        .daemon()
                        .start(() -> {
                            try {
                                Keeper.rehearse(machines, NAME, nowhere, touches);
                            } catch (MachineException saidByItsStatus) {
                                nowhere.println(saidByItsStatus);
                            }
                        });
        try {
            await(START_PATIENCE, "the machine did not start", () -> isRunning(machines));
            KeeperConnection machine = machines.connect(NAME);
            await(APP_PATIENCE, "no window came up", machine::appIsUp);
            react(machine, machines.home().resolve("screen.png"));
            touches.end();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new RecipeException.StepFailed("rehearsing the opening", "interrupted");
        } finally {
            end(machines, keeper);
        }
        machines.remove(NAME);
        return touches.touches();
    }

    private static void end(Machines machines, Thread keeper) throws IOException {
        try {
            while (keeper.isAlive()) {
                if (machines.status(NAME) instanceof MachineStatus.Running) {
                    machines.stop(NAME, Duration.ZERO);
                }
                keeper.join(END_LOOK);
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isRunning(Machines machines) throws IOException {
        return switch (machines.status(NAME)) {
            case MachineStatus.Running _ -> true;
            case MachineStatus.Stopped(var last)
                    when last.isPresent() && last.get().ended().isPresent() ->
                    throw new RecipeException.StepFailed(
                            "rehearsing the opening", last.get().reason());
            default -> false;
        };
    }

    /// Presses keys and waits until the screen changes.
    private static void react(KeeperConnection machine, Path screen)
            throws IOException, InterruptedException {
        machine.screenshot(screen);
        byte[] before = Files.readAllBytes(screen);
        machine.press(KEYS);
        long end = System.nanoTime() + REACTION_PATIENCE.toNanos();
        do {
            TimeUnit.MILLISECONDS.sleep(100);
            machine.screenshot(screen);
        } while (Arrays.equals(before, Files.readAllBytes(screen)) && System.nanoTime() < end);
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException;
    }

    private static void await(Duration patience, String otherwise, Condition condition)
            throws IOException, InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > end) {
                throw new RecipeException.StepFailed("rehearsing the opening", otherwise);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }
}
