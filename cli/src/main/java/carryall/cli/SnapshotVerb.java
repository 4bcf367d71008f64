package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Saves a machine, which goes on.
@Command(
        name = "snapshot",
        description = "Save what a machine is now, under a label, and let it go on.")
final class SnapshotVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "LABEL",
            description = "What to call it; at most 80 characters.")
    private @Nullable String label;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Optional<String> text = Optional.ofNullable(label).filter(given -> !given.isBlank());
        if (text.isPresent() && text.get().length() > 80) {
            terminal.error("the label is over 80 characters long", "give a shorter one");
            return Exit.USAGE;
        }
        int state =
                switch (machines.status(name)) {
                    case MachineStatus.Stopped _, MachineStatus.Suspended _ ->
                            machines.history(name).keep(text);
                    case MachineStatus.Starting _,
                            MachineStatus.Running _,
                            MachineStatus.Paused _ ->
                            SaveProgress.during(
                                    machines,
                                    terminal,
                                    name,
                                    () -> machines.connect(name).snapshot(text));
                };
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "state", state));
        } else {
            terminal.line("Kept as " + name + "@" + state + ".");
        }
        return Exit.DONE;
    }
}
