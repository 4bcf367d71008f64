package carryall.cli;

import carryall.machine.Machine;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Says all about one machine.
@Command(name = "show", description = "Say all about one machine.")
final class ShowVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Machine machine = machines.find(name);
        Map<String, Object> object =
                MachineReport.of(machines, machine, machines.status(name)).object();
        if (format.isJson()) {
            terminal.json(object);
        } else {
            print(terminal, "", object);
        }
        return Exit.DONE;
    }

    private static List<String> words(Map<?, ?> object) {
        return object.values().stream().map(String::valueOf).toList();
    }

    private static void print(Terminal terminal, String indent, Map<?, ?> object) {
        object.forEach((key, value) -> {
            if (value instanceof Map<?, ?> inner) {
                terminal.line(indent + key + ":");
                print(terminal, indent + "  ", inner);
            } else if (value instanceof List<?> list) {
                for (Object each : list) {
                    if (each instanceof Map<?, ?> inner) {
                        print(terminal, indent, Map.of(key, String.join("  ", words(inner))));
                    }
                }
            } else {
                terminal.line(
                        ("%s%-" + (18 - indent.length()) + "s%s").formatted(indent, key, value));
            }
        });
    }
}
