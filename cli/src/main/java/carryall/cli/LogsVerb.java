package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Shows what keeper or guest said.
@Command(name = "logs", description = "Show what the keeper said, or the guest's console.")
final class LogsVerb implements Verb {
    private static final int MOST_BYTES = 4 << 20;

    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Option(names = "--console", description = "What the guest's serial console said.")
    private boolean console;

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "200",
            description = "The last N lines. Default: 200.")
    private int lines;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.find(name);
        Path log = machines.folder(name).resolve(console ? "console.log" : "keeper.log");
        List<String> last = last(log);
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("name", name.text());
            object.put("file", log.toString());
            object.put("lines", last);
            terminal.json(object);
        } else {
            last.forEach(terminal::line);
        }
        return Exit.DONE;
    }

    private List<String> last(Path log) throws IOException {
        if (!Files.exists(log)) {
            return List.of();
        }
        try (var input = Files.newInputStream(log)) {
            input.skipNBytes(Math.max(0, Files.size(log) - MOST_BYTES));
            String text = new String(input.readAllBytes(), StandardCharsets.UTF_8);
            List<String> all = Arrays.asList(text.replace("\r", "").split("\n"));
            return all.subList(Math.max(0, all.size() - Math.max(0, lines)), all.size());
        }
    }
}
