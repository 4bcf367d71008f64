package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Presses keys in a machine.
@Command(
        name = "press",
        description = "Press keys in a machine: names as QEMU has them, joined by -.")
final class PressVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "KEYS",
            description = "One after the other, such as `ctrl-s` `ret`.")
    private List<String> strokes = List.of();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        for (String stroke : strokes) {
            machines.connect(name).press(Arrays.asList(stroke.split("-", -1)));
        }
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "pressed", strokes));
        }
        return Exit.DONE;
    }
}
