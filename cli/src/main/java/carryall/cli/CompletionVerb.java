package carryall.cli;

import carryall.machine.Machines;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints what a shell needs to complete our words.
@Command(
        name = "completion",
        description = "Print completion for bash, zsh: `source <(carryall completion)`.")
final class CompletionVerb implements Verb {
    @Mixin private Format format = new Format();

    @Override
    public int run(Machines machines, Terminal terminal) {
        String script = AutoComplete.bash("carryall", Verbs.whole());
        if (format.isJson()) {
            terminal.json(Terminal.object("shell", "bash", "script", script));
        } else {
            terminal.output().print(script);
        }
        return Exit.DONE;
    }
}
