package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Writes what a machine's screen shows.
@Command(name = "screenshot", description = "Write what a machine's screen shows as PNG.")
final class ScreenshotVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(index = "1", paramLabel = "FILE", description = "Replaced if it is there.")
    private Path file = Path.of("");

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.connect(name).screenshot(file);
        if (format.isJson()) {
            terminal.json(
                    Terminal.object("name", name.text(), "file", file.toAbsolutePath().toString()));
        } else {
            terminal.line("The screen of " + name + " is in " + file);
        }
        return Exit.DONE;
    }
}
