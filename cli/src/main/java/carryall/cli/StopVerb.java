package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.MachineStatus;
import carryall.machine.Machines;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shuts a machine down.
@Command(
        name = "stop",
        description = "Ask a machine to shut down, and insist if it does not in time.")
final class StopVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(
            names = "--patience",
            paramLabel = "SECONDS",
            defaultValue = "60",
            description = "How long to wait before insisting; 0 insists at once. Default: 60.")
    private int patienceSeconds;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        if (patienceSeconds > 5) {
            terminal.note("Asking " + name + " to shut down.");
        }
        MachineStatus.LastRun run =
                machines.stop(name, Duration.ofSeconds(Math.clamp(patienceSeconds, 0, 3600)));
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("name", name.text());
            object.put("outcome", run.outcome().name().toLowerCase(Locale.ROOT));
            object.put("reason", run.reason());
            terminal.json(object);
        } else {
            terminal.line(name + " is stopped: " + run.reason());
        }
        return Exit.DONE;
    }
}
