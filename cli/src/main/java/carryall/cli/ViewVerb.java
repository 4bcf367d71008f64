package carryall.cli;

import carryall.machine.Machine;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Shows a machine in a window.
@Command(
        name = "view",
        description = "Show a running machine in a window; closing it suspends the machine.")
final class ViewVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Path socket = machines.connect(name).vncSocket();
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "vncSocket", socket.toString()));
            return Exit.DONE;
        }
        Optional<Viewer> viewer = Viewer.find();
        if (viewer.isEmpty()) {
            terminal.error(
                    Viewer.hasDisplay()
                            ? "no VNC viewer is installed"
                            : "there is no display to show " + name + " on",
                    Viewer.hasDisplay()
                            ? "install one: `apt install tigervnc-viewer`"
                            : "look with `carryall screenshot " + name + " " + name + ".png`");
            return Exit.HOST;
        }
        Machine machine = machines.find(name);
        viewer.get().open(socket, name.text());
        ClosedWindow.end(machines, terminal, machine);
        return Exit.DONE;
    }
}
