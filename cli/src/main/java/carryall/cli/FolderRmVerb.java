package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Takes a folder away from a machine.
@Command(name = "rm", description = "Take a folder away from a machine; the folder stays as it is.")
final class FolderRmVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(index = "1", paramLabel = "FOLDER", description = "As the machine calls it.")
    private String folder = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.folders(name).remove(folder);
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object("name", name.text(), "folder", folder);
            object.put("removed", true);
            terminal.json(object);
        } else {
            terminal.line(name + " has the folder " + folder + " no more.");
        }
        return Exit.DONE;
    }
}
