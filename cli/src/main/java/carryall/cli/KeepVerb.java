package carryall.cli;

import carryall.hypervisor.Accelerator;
import carryall.machine.Keeper;
import carryall.machine.KeeperProcess;
import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Is the keeper of one machine, until the machine ends.
@Command(name = "keep", hidden = true, description = "Keep one machine; `run` starts this.")
final class KeepVerb implements Verb {
    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(names = "--accel", paramLabel = "kvm|tcg")
    private @Nullable Accelerator accelerator;

    @Option(names = "--cold", description = "Boot, whatever was saved.")
    private boolean cold;

    @Option(names = "--customise", description = "Boot with the system writable.")
    private boolean customise;

    @Option(
            names = KeeperProcess.DOOR,
            description = "Do nothing until a byte comes from this unix socket.")
    private @Nullable Path door;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        if (door != null && !KeeperProcess.awaitWord(door)) {
            return Exit.DONE;
        }
        return code(
                Keeper.keep(
                        machines,
                        name,
                        customise ? Keeper.Wish.CUSTOMISE : wish(cold),
                        Optional.ofNullable(accelerator),
                        terminal.output()));
    }

    static Keeper.Wish wish(boolean cold) {
        return cold ? Keeper.Wish.BOOT : Keeper.Wish.RESUME;
    }

    static int code(MachineStatus.LastRun run) {
        return switch (run.outcome()) {
            case SHUT_DOWN, SUSPENDED, FORCED -> Exit.DONE;
            case QEMU_DIED, KEEPER_DIED, NEVER_STARTED -> Exit.GUEST;
        };
    }
}
