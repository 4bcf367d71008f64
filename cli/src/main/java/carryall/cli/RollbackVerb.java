package carryall.cli;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import carryall.machine.Switch;
import carryall.machine.UnsavedWork;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Takes a machine back to the release before.
@Command(
        name = "rollback",
        description = "Take a machine back to the release before its update; its disk stays.")
final class RollbackVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--close",
            description = "Also if it is suspended: what is open in it stays in its history.")
    private boolean close;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Switch came =
                machines.rollback(name, close ? UnsavedWork.KEEP_IN_HISTORY : UnsavedWork.REFUSE);
        Digest to =
                switch (came) {
                    case Switch.Done done -> done.to();
                    case Switch.AtNextStart later -> later.to();
                    case Switch.Unneeded unneeded -> unneeded.at();
                };
        String version = machines.appliances().find(to).description().version();
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("name", name.text());
            object.put("to", version);
            object.put("switched", SwitchWords.json(came));
            terminal.json(object);
        } else {
            terminal.line(SwitchWords.text(name, version, came));
        }
        return Exit.DONE;
    }
}
