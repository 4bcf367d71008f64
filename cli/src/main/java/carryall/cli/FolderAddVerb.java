package carryall.cli;

import carryall.folder.Grant;
import carryall.machine.Granted;
import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Grants a folder to a machine.
@Command(name = "add", description = "Let a machine use a folder of this host, also while it runs.")
final class FolderAddVerb implements Verb {
    @Mixin private Format format = new Format();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Parameters(index = "0", paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    @Parameters(index = "1", paramLabel = "DIR", description = "The folder.")
    private Path directory = Path.of("");

    @Option(
            names = "--as",
            paramLabel = "FOLDER",
            description = "What to call it in the machine; without it, as it is called here.")
    private Optional<String> as = Optional.empty();

    @Option(names = "--read-only", description = "The machine may read it, and not write.")
    private boolean readOnly;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Grant grant =
                FolderName.grant(
                        spec,
                        directory,
                        as,
                        readOnly ? Grant.Access.READ_ONLY : Grant.Access.READ_WRITE);
        Granted granted = machines.folders(name).add(grant);
        if (format.isJson()) {
            Map<String, Object> object =
                    Terminal.object("name", name.text(), "folder", grant.name());
            switch (granted) {
                case Granted.Mounted _ -> object.put("mounted", "yes");
                case Granted.AtNextStart _ -> object.put("mounted", "at_next_start");
                case Granted.NotYet(String reason) -> {
                    object.put("mounted", "no");
                    object.put("reason", reason);
                }
            }
            terminal.json(object);
        } else {
            String has = name + " has the folder " + grant.name();
            terminal.line(
                    switch (granted) {
                        case Granted.Mounted _ -> has + ", at /media/" + grant.name() + ".";
                        case Granted.AtNextStart _ -> has + " when it is opened.";
                        case Granted.NotYet(String reason) -> has + ", but not yet: " + reason;
                    });
        }
        return Exit.DONE;
    }
}
