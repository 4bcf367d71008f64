package carryall.cli;

import carryall.home.Passphrase;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// A passphrase: the first line of a file, or asked for without an echo. It is never one of the
/// words typed, which others can read.
final class PassphraseOption {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Read the passphrase from the first line of this file.")
    private @Nullable Path file;

    /// The passphrase.
    ///
    /// @param question for whoever is asked
    /// @param again whether a person types it twice
    /// @return empty, after an error, if there is none
    Optional<Passphrase> read(Terminal terminal, String question, boolean again)
            throws IOException {
        if (file != null) {
            String first = Files.readString(file).lines().findFirst().orElse("");
            return made(terminal, first.toCharArray());
        }
        // Without the module that edits lines, which we do not have, there may be none.
        Optional<Console> asking =
                Optional.ofNullable(System.console()).filter(Console::isTerminal);
        if (asking.isEmpty() || !terminal.isWatched()) {
            terminal.error(
                    "nobody can be asked for the passphrase",
                    "name a file that has it in its first line: `--passphrase-file FILE`");
            return Optional.empty();
        }
        Console console = asking.get();
        char[] typed = console.readPassword("%s: ", question);
        char[] repeated = again ? console.readPassword("The same once more: ") : typed;
        if (typed == null || !Arrays.equals(typed, repeated)) {
            terminal.error("the two are not the same", "repeat the command");
            return Optional.empty();
        }
        return made(terminal, typed);
    }

    private static Optional<Passphrase> made(Terminal terminal, char[] typed) {
        if (typed.length == 0) {
            terminal.error("the passphrase is empty", "choose one of several words");
            return Optional.empty();
        }
        try {
            return Optional.of(Passphrase.of(typed));
        } finally {
            Arrays.fill(typed, '\0');
        }
    }
}
