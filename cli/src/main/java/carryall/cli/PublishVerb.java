package carryall.cli;

import carryall.appliance.ApplianceException;
import carryall.appliance.ApplianceName;
import carryall.appliance.InstalledAppliance;
import carryall.hypervisor.ByteSize;
import carryall.machine.Machines;
import carryall.recipe.BuildListener;
import carryall.release.Channel;
import carryall.release.PublishListener;
import carryall.release.Published;
import carryall.release.Publisher;
import carryall.release.PublisherFolder;
import carryall.release.Publishing;
import carryall.release.Reference;
import carryall.release.ReleaseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Puts an appliance on a shelf as a release.
@Command(
        name = "publish",
        description = "Put a built appliance on a shelf, signed; only what is new is added.")
final class PublishVerb implements Verb {
    @Mixin private Format format = new Format();
    @Mixin private ShelfOptions shelfOptions = new ShelfOptions();

    @Parameters(
            paramLabel = "WHAT",
            description = "A built appliance's name, or a recipe's folder, which is built first.")
    private String what = "";

    @Parameters(
            index = "1",
            paramLabel = "SHELF",
            description = "A folder, made if it is not there, or a registry, such as ghcr.io/acme.")
    private String shelf = "";

    @Option(
            names = "--channel",
            paramLabel = "CHANNEL",
            description = "Which channel it becomes the newest of. Default: stable.")
    private String channel = Reference.STABLE;

    @Option(
            names = "--publisher",
            paramLabel = "PUBLISHER",
            description = "Whose keys sign it. Default: the only one that has keys here.")
    private @Nullable String publisher;

    @Option(
            names = "--deltas",
            paramLabel = "N",
            description = "From how many of the last versions an update is made short. Default: 2.")
    private int deltas = 2;

    @Option(
            names = "--near",
            paramLabel = "APP",
            description =
                    "Another app of yours on that shelf: whoever has it fetches less of this one."
                            + " May be said several times. Default: for an app that is new there,"
                            + " the most alike of those that are here.")
    private List<String> near = new ArrayList<>();

    @Option(
            names = "--level",
            paramLabel = "N",
            description =
                    "How hard zstd compresses, 1 to 19: low is quick, and more to download. Default:"
                            + " 19.")
    private int level = Publishing.USUAL_LEVEL;

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Reference.ShelfAddress address;
        try {
            address = Reference.ShelfAddress.parse(shelf);
        } catch (IllegalArgumentException wrong) {
            terminal.error(
                    String.valueOf(wrong.getMessage()),
                    "write a path with `./`, or a registry with its host");
            return Exit.USAGE;
        }
        if (!Channel.isName(channel)) {
            terminal.error(
                    "'" + channel + "' is no channel's name",
                    "use 1 to 32 of `a-z 0-9 -`, such as stable or beta");
            return Exit.USAGE;
        }
        for (String app : near) {
            if (!app.matches("[a-z0-9][a-z0-9-]{0,63}")) {
                terminal.error(
                        "'" + app + "' is no app's name",
                        "use that of an app on the shelf, such as librecad");
                return Exit.USAGE;
            }
        }
        machines.makeHome();
        PublisherFolder keys = keys(machines);
        // Before minutes of work.
        keys.channelKey();
        InstalledAppliance built = built(machines, terminal);
        Progress progress = new Progress(terminal);
        Published published;
        try {
            published =
                    new Publisher(
                                    machines.home(),
                                    machines.appliances(),
                                    keys,
                                    System.getenv(),
                                    Clock.systemUTC())
                            .publish(
                                    built,
                                    address,
                                    shelfOptions.settings(),
                                    channel,
                                    new Publisher.ShortWays(Math.clamp(deltas, 0, 8), near),
                                    Math.clamp(level, 1, 19),
                                    progress);
        } finally {
            progress.end();
        }
        String reference =
                new Reference(
                                address,
                                built.description().name().app(),
                                channel.equals(Reference.STABLE)
                                        ? Optional.empty()
                                        : Optional.of(channel),
                                Optional.empty())
                        .toString();
        if (format.isJson()) {
            terminal.json(object(published, reference));
        } else {
            say(terminal, published, reference);
        }
        return Exit.DONE;
    }

    private PublisherFolder keys(Machines machines) throws IOException {
        if (publisher != null) {
            return PublisherFolder.open(KeygenVerb.folder(machines, publisher), Clock.systemUTC());
        }
        Path all = machines.home().resolve("keys");
        List<Path> folders = PublisherFolder.all(all);
        if (folders.isEmpty()) {
            throw new ReleaseException.KeysMissing(all);
        }
        if (folders.size() > 1) {
            throw new ReleaseException.PublishersMany(
                    folders.stream().map(each -> each.getFileName().toString()).toList());
        }
        return PublisherFolder.open(folders.getFirst(), Clock.systemUTC());
    }

    private InstalledAppliance built(Machines machines, Terminal terminal) throws IOException {
        if (Files.exists(Path.of(what)) && (what.contains("/") || isRecipeFolder())) {
            return BuildVerb.build(machines, terminal, Path.of(what));
        }
        try {
            return machines.appliances()
                    .newest(ApplianceName.parse(what), Optional.empty())
                    .orElseThrow(() -> new ApplianceException.ApplianceMissing(what));
        } catch (IllegalArgumentException noName) {
            throw new ApplianceException.ApplianceMissing(what);
        }
    }

    private boolean isRecipeFolder() {
        return Files.isRegularFile(Path.of(what).resolve("recipe.yaml"));
    }

    private static Map<String, Object> object(Published published, String reference) {
        Map<String, Object> object = Terminal.object();
        object.put("reference", reference);
        object.put("release", published.release().digest().text());
        object.put("digest", published.release().appliance().text());
        object.put("contentBytes", published.contentBytes());
        object.put("sharedBytes", published.sharedBytes());
        object.put("firstFetchBytes", published.firstBytes());
        object.put("uploadedBytes", published.uploadedBytes());
        object.put("updates", objects(published.updates()));
        object.put("near", objects(published.near()));
        object.put("warnings", published.warnings());
        return object;
    }

    private static List<Map<String, Object>> objects(List<Published.Update> updates) {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (Published.Update update : updates) {
            Map<String, Object> one = Terminal.object();
            one.put("from", update.version());
            one.put("fetchBytes", update.bytes());
            one.put("delta", update.coded());
            objects.add(one);
        }
        return objects;
    }

    private static void say(Terminal terminal, Published published, String reference) {
        terminal.line("Published " + reference + "@" + published.release().digest());
        long share =
                published.contentBytes() == 0
                        ? 0
                        : 100 * published.sharedBytes() / published.contentBytes();
        terminal.line(
                "  on the shelf already  %s of %s, %d %%"
                        .formatted(
                                new ByteSize(published.sharedBytes()),
                                new ByteSize(published.contentBytes()),
                                share));
        terminal.line("  put there now         " + new ByteSize(published.uploadedBytes()));
        terminal.line("  a first download      " + new ByteSize(published.firstBytes()));
        for (Published.Update update : published.updates()) {
            terminal.line(
                    "  an update from %-7s %s%s"
                            .formatted(
                                    update.version(),
                                    new ByteSize(update.bytes()),
                                    update.coded() ? "" : ", without a delta"));
        }
        for (Published.Update update : published.near()) {
            terminal.line(
                    "  with %s here  %s%s"
                            .formatted(
                                    update.version(),
                                    new ByteSize(update.bytes()),
                                    update.coded() ? "" : ", without a delta"));
        }
        published.warnings().forEach(warning -> terminal.line("  note: " + warning));
        terminal.line("Subscribe with: carryall subscribe " + reference);
    }

    /// The steps, and how each gets on.
    private static final class Progress implements PublishListener {
        private final BuildProgress line;
        private final AtomicLong done = new AtomicLong();
        private int step;
        private int last;
        private long total;

        Progress(Terminal terminal) {
            this.line = new BuildProgress(terminal, System::nanoTime);
        }

        @Override
        public synchronized void toCome(int steps) {
            last = step + steps;
        }

        @Override
        public synchronized void step(String title, long totalBytes) {
            step++;
            total = totalBytes;
            done.set(0);
            line.step(step, Math.max(last, step), title);
        }

        @Override
        public void done(long bytes) {
            long now = done.addAndGet(bytes);
            synchronized (this) {
                line.progress(BuildListener.Unit.BYTES, now, OptionalLong.of(total));
            }
        }

        synchronized void end() {
            line.end();
        }
    }
}
