package carryall.cli;

import carryall.home.Home;
import carryall.home.Passphrase;
import carryall.machine.Machines;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Replaces the home's passphrase.
@Command(name = "passphrase", description = "Replace the passphrase.")
final class HomePassphraseVerb implements Verb {
    @Mixin private Format format = new Format();

    @Mixin private PassphraseOption passphrase = new PassphraseOption();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Home home = HomeDoor.open(machines);
        Optional<Passphrase> chosen = passphrase.read(terminal, "The new passphrase", true);
        if (chosen.isEmpty()) {
            return Exit.USAGE;
        }
        home.change(chosen.get());
        if (format.isJson()) {
            terminal.json(Map.of("changed", true));
        } else {
            terminal.line("The new passphrase opens the home; the old one does not.");
        }
        return Exit.DONE;
    }
}
