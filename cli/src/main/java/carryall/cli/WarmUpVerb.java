package carryall.cli;

import carryall.machine.Machines;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;

/// Does what people do most, into nothing, so that the JDK's AOT cache learns it.
@Command(name = "warm-up", hidden = true, description = "Train the JDK's AOT cache.")
final class WarmUpVerb implements Verb {
    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        PrintStream nowhere =
                new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        Path home = Files.createTempDirectory("carryall-warm-up");
        try {
            Verbs verbs = new Verbs(new Machines(home), new Terminal(nowhere, nowhere, 0));
            for (String words : List.of("--help", "ls", "ls --json", "show none", "run --help")) {
                verbs.run(List.of(words.split(" ", -1)));
            }
        } finally {
            Files.delete(home);
        }
        return Exit.DONE;
    }
}
