package carryall.cli;

import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Forgets another host of the home.
@Command(name = "forget-host", description = "Forget a host: it opens the home no more.")
final class HomeForgetHostVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "HOST", description = "What it is called, or its id.")
    private String host = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        HomeDoor.open(machines).forget(host);
        if (format.isJson()) {
            terminal.json(Terminal.object("host", host, "forgotten", true));
        } else {
            terminal.line(host + " is forgotten; what it saved stays.");
            terminal.line("If it was stolen while it was open, its thief may know the key.");
        }
        return Exit.DONE;
    }
}
