package carryall.cli;

import carryall.home.Home;
import carryall.home.Passphrase;
import carryall.machine.Machines;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes a home in an empty place.
@Command(name = "init", description = "Make a home, and print its recovery key.")
final class HomeInitVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "WHERE", description = "A folder, or a registry's repository.")
    private String where = "";

    @Option(
            names = "--label",
            paramLabel = "HOST",
            description = "What this host is called there; else its name.")
    private @Nullable String label;

    @Mixin private PassphraseOption passphrase = new PassphraseOption();

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.makeHome();
        String place = HomeDoor.place(where);
        Optional<Passphrase> chosen = passphrase.read(terminal, "A passphrase for the home", true);
        if (chosen.isEmpty()) {
            return Exit.USAGE;
        }
        Home.Made made =
                Home.make(
                        HomeDoor.store(place, UUID.randomUUID()),
                        new Home.Newcomer(
                                HomeDoor.folder(machines),
                                label == null ? HomeDoor.label() : label,
                                place),
                        chosen.get(),
                        InstantSource.system(),
                        new SecureRandom());
        if (format.isJson()) {
            terminal.json(Terminal.object("place", place, "recoveryKey", made.recovery().text()));
        } else {
            terminal.line("A home is at " + place + ", and this host belongs to it.");
            terminal.line("Its recovery key, shown this once; write it down, and keep it apart:");
            terminal.line("  " + made.recovery().text());
            terminal.line("Without it and the passphrase, nobody can open the home.");
        }
        return Exit.DONE;
    }
}
