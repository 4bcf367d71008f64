package carryall.cli;

import carryall.machine.Machines;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What is done with the folders of the host that machines have.
@Command(
        name = "folder",
        description = "Let a machine use folders of this host.",
        synopsisSubcommandLabel = "(add | rm | ls)",
        subcommands = {FolderAddVerb.class, FolderRmVerb.class, FolderLsVerb.class})
final class FolderVerb implements Verb {
    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public int run(Machines machines, Terminal terminal) {
        throw new ParameterException(
                spec.commandLine(), "what to do with folders is missing: add, rm or ls");
    }
}
