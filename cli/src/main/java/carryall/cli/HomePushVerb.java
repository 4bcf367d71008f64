package carryall.cli;

import carryall.home.Carrying;
import carryall.hypervisor.ByteSize;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Saves a machine's state into the home.
@Command(name = "push", description = "Save a machine that does not run into the home.")
final class HomePushVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", description = "The machine.", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Carrying.Pushed pushed = new Carrying(HomeDoor.open(machines), machines).push(name);
        if (format.isJson()) {
            var object = Terminal.object("name", name.text(), "state", pushed.state());
            object.put("bytes", pushed.sealedBytes());
            terminal.json(object);
        } else {
            terminal.line(
                    "State %d of %s is in the home; %s went there."
                            .formatted(pushed.state(), name, new ByteSize(pushed.sealedBytes())));
        }
        return Exit.DONE;
    }
}
