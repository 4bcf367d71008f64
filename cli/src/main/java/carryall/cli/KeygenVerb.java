package carryall.cli;

import carryall.machine.Machines;
import carryall.release.PublisherFolder;
import carryall.release.PublisherKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Makes and replaces a publisher's keys.
@Command(
        name = "keygen",
        description = "Make a publisher's two keys: the root, and the one that signs releases.")
final class KeygenVerb implements Verb {
    @Mixin private Format format = new Format();

    @Parameters(
            paramLabel = "PUBLISHER",
            description = "The first part of its appliances' names, such as acme.")
    private String publisher = "";

    @Option(
            names = "--replace-channel-key",
            paramLabel = "ROOT",
            description = "Make another signing key, and have this root key name it alone.")
    private @Nullable Path rootForChannelKey;

    @Option(
            names = "--replace-root",
            paramLabel = "ROOT",
            description = "Make another root key; this one vouches for it.")
    private @Nullable Path rootToReplace;

    @Option(
            names = "--to",
            paramLabel = "FILE",
            description = "Where the new root key is written, with --replace-root.")
    private @Nullable Path newRoot;

    @Option(
            names = "--renew",
            paramLabel = "ROOT",
            description = "Have this root key name the same keys for two more years.")
    private @Nullable Path rootToRenew;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        machines.makeHome();
        Path folder = folder(machines, publisher);
        PublisherFolder keys;
        if (rootForChannelKey != null) {
            keys = PublisherFolder.open(folder, Clock.systemUTC());
            keys.replaceChannelKey(rootForChannelKey);
        } else if (rootToRenew != null) {
            keys = PublisherFolder.open(folder, Clock.systemUTC());
            keys.renew(rootToRenew);
        } else if (rootToReplace != null) {
            if (newRoot == null) {
                terminal.error(
                        "nobody said where the new root key is to be written",
                        "say it with `--to FILE`, where no network is");
                return Exit.USAGE;
            }
            keys = PublisherFolder.open(folder, Clock.systemUTC());
            keys.replaceRoot(rootToReplace, newRoot);
        } else {
            try {
                keys = PublisherFolder.create(folder, publisher, Clock.systemUTC());
            } catch (IllegalArgumentException wrong) {
                terminal.error(
                        String.valueOf(wrong.getMessage()),
                        "use 1 to 64 of `a-z 0-9 - .`, such as acme");
                return Exit.USAGE;
            }
        }
        say(terminal, keys);
        return Exit.DONE;
    }

    static Path folder(Machines machines, String publisher) {
        return machines.home().resolve("keys").resolve(publisher.replaceAll("[^a-z0-9.-]", "_"));
    }

    private void say(Terminal terminal, PublisherFolder folder) throws IOException {
        PublisherKeys keys = folder.keys();
        if (format.isJson()) {
            Map<String, Object> object = Terminal.object();
            object.put("publisher", keys.publisher());
            object.put("statement", keys.version());
            object.put("root", keys.root().id().text());
            object.put("channelKey", keys.channelKeys().getFirst().id().text());
            object.put("folder", folder.folder().toString());
            terminal.json(object);
            return;
        }
        terminal.line("Keys of " + keys.publisher() + ", statement " + keys.version());
        terminal.line("  root         " + keys.root().fingerprint());
        terminal.line("  signing key  " + keys.channelKeys().getFirst().fingerprint());
        terminal.line("  in           " + folder.folder());
        terminal.line(
                "Show the root's fingerprint where people trust you: they are asked to compare it.");
        terminal.line(
                "Move "
                        + folder.folder().resolve(PublisherFolder.ROOT)
                        + " to where no network is, such as a USB stick: it is only needed to"
                        + " replace keys, and whoever has it is you.");
    }
}
