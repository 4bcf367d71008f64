package carryall.cli;

import carryall.hypervisor.ByteSize;
import carryall.machine.KeeperConnection;
import carryall.machine.MachineException;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.recipe.BuildListener;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// Shows how a save gets on while it lasts.
final class SaveProgress {
    private static final Duration LOOK = Duration.ofMillis(200);

    private SaveProgress() {}

    /// What saves, and gives the state's number.
    interface Save {
        int run() throws MachineException;
    }

    static int during(Machines machines, Terminal terminal, MachineName name, Save save)
            throws MachineException {
        ByteSize memory = machines.find(name).memory();
        KeeperConnection keeper = machines.connect(name);
        CompletableFuture<Integer> state = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("saving " + name)
                .start(() -> {
                    try {
                        state.complete(save.run());
                    } catch (MachineException | RuntimeException failure) {
                        state.completeExceptionally(failure);
                    }
                });
        BuildProgress line = new BuildProgress(terminal, System::nanoTime);
        line.step(1, 1, "saving " + name);
        while (true) {
            try {
                int number = state.get(LOOK.toMillis(), TimeUnit.MILLISECONDS);
                line.end();
                return number;
            } catch (TimeoutException notYet) {
                show(keeper, line, memory);
            } catch (ExecutionException failure) {
                line.end();
                if (failure.getCause() instanceof MachineException ours) {
                    throw ours;
                }
                throw new IllegalStateException(failure.getCause());
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new MachineException.KeeperSilent(name, "a save");
            }
        }
    }

    private static void show(KeeperConnection keeper, BuildProgress line, ByteSize memory) {
        try {
            line.progress(
                    BuildListener.Unit.BYTES, keeper.saved(), OptionalLong.of(memory.bytes()));
        } catch (MachineException ended) {
            // The save says how it ended.
        }
    }
}
