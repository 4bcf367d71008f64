package carryall.cli;

import carryall.home.Home;
import carryall.home.RecoveryKey;
import carryall.home.Secret;
import carryall.machine.Machines;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Has this host belong to a home that is there.
@Command(name = "join", description = "Have this host belong to a home.")
final class HomeJoinVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "WHERE", description = "A folder, or a registry's repository.")
    private String where = "";

    @Option(
            names = "--label",
            paramLabel = "HOST",
            description = "What this host is called there; else its name.")
    private @Nullable String label;

    @Mixin private PassphraseOption passphrase = new PassphraseOption();

    @Option(
            names = "--recovery-file",
            paramLabel = "FILE",
            description = "Open it with the recovery key in this file instead.")
    private @Nullable Path recovery;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.makeHome();
        String place = HomeDoor.place(where);
        Optional<? extends Secret> secret =
                recovery == null
                        ? passphrase.read(terminal, "The home's passphrase", false)
                        : Optional.of(RecoveryKey.parse(Files.readString(recovery).strip()));
        if (secret.isEmpty()) {
            return Exit.USAGE;
        }
        Home home =
                Home.join(
                        HomeDoor.store(place, UUID.randomUUID()),
                        new Home.Newcomer(
                                HomeDoor.folder(machines),
                                label == null ? HomeDoor.label() : label,
                                place),
                        secret.get(),
                        InstantSource.system(),
                        new SecureRandom());
        int found = home.saved().size();
        if (format.isJson()) {
            terminal.json(Terminal.object("place", place, "machines", found));
        } else {
            terminal.line("This host belongs to the home at " + place + ".");
            terminal.line("Machines there: " + found + "; see `carryall home`.");
        }
        return Exit.DONE;
    }
}
