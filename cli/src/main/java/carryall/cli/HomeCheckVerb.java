package carryall.cli;

import carryall.home.Checked;
import carryall.machine.Machines;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Checks that all that was saved is there.
@Command(name = "check", description = "Check that all that was saved is there.")
final class HomeCheckVerb implements Verb {
    @Mixin private Format format = new Format();

    @Option(names = "--read-data", description = "Read and open every pack, too.")
    private boolean readsData;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Checked found = HomeDoor.open(machines).check(readsData);
        if (format.isJson()) {
            var object = Terminal.object("saves", found.saves(), "packs", found.packs());
            object.put("bytesRead", found.bytesRead());
            object.put("faults", found.faults());
            terminal.json(object);
        } else {
            found.faults().forEach(terminal::line);
            terminal.line(
                    "%d saves and %d packs, %d faults."
                            .formatted(found.saves(), found.packs(), found.faults().size()));
        }
        return found.faults().isEmpty() ? Exit.DONE : Exit.DAMAGED;
    }
}
