package carryall.cli;

import carryall.hypervisor.ByteSize;
import carryall.machine.DiskFiles;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Makes a machine's personal disk larger.
@Command(
        name = "grow",
        description = "Make the personal disk of a stopped machine larger; it never shrinks.")
final class GrowVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(
            index = "1",
            paramLabel = "SIZE",
            description = "How large it shall be, such as 20GiB, or how much larger, as +5GiB.")
    private String size = "";

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.find(name);
        boolean isMore = size.startsWith("+");
        ByteSize wanted;
        try {
            wanted = ByteSize.parse(isMore ? size.substring(1) : size);
        } catch (IllegalArgumentException wrong) {
            terminal.error(
                    String.valueOf(wrong.getMessage()),
                    "write how large it shall be: `carryall grow " + name + " 20GiB`");
            return Exit.USAGE;
        }
        ByteSize now =
                machines.diskFiles(name, DiskFiles.Which.PERSONAL)
                        .grow(wanted, isMore ? DiskFiles.From.PRESENT : DiskFiles.From.NOTHING);
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "sizeBytes", now.bytes()));
        } else {
            terminal.line("The personal disk of " + name + " has " + now + " now.");
        }
        return Exit.DONE;
    }
}
