package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import carryall.transport.Shelf;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// What a publisher does with a shelf: a release is made, signed, and put on a channel. The channel
/// is the last that changes.
public final class Publisher {
    private static final int MOST_EARLIER = 8;

    private final Path home;
    private final Appliances appliances;
    private final PublisherFolder keys;
    private final Shelves shelves;
    private final Clock clock;

    /// @param home the state directory; packs are made below it
    public Publisher(
            Path home,
            Appliances appliances,
            PublisherFolder keys,
            Map<String, String> environment,
            Clock clock) {
        this.home = home;
        this.appliances = appliances;
        this.keys = keys;
        this.shelves = new Shelves(environment);
        this.clock = clock;
    }

    /// From what a fetch is made short.
    ///
    /// @param versions from how many of the last ones
    /// @param near other apps of the publisher on the same shelf, which somebody may have; if there
    ///   are none, and the channel has no version yet, the most alike of those that are here
    public record ShortWays(int versions, List<String> near) {
        public ShortWays {
            near = List.copyOf(near);
        }
    }

    /// Publishes an appliance under the publisher's name.
    ///
    /// @param settings how the shelf is reached; for what is not said, what was said before counts
    /// @param ways from what a fetch is made short
    /// @param level of zstd, 1 to 19, for all but deltas
    public Published publish(
            InstalledAppliance built,
            Reference.ShelfAddress address,
            Subscription.Settings settings,
            String channel,
            ShortWays ways,
            int level,
            PublishListener listener)
            throws IOException {
        KnownShelves known = new KnownShelves(home.resolve(KnownShelves.FOLDER));
        Subscription.Settings reached = known.settings(address, settings);
        Shelf shelf = shelves.open(address, reached);
        if (shelf instanceof FolderShelf folder) {
            folder.create();
        }
        ApplianceName as =
                new ApplianceName(keys.keys().publisher(), built.description().name().app());
        Repository repository = shelf.repository(as.app());
        PublishedChannel place = new PublishedChannel(keys, repository, as, channel);
        Optional<Channel> before = place.find();
        Digest appliance =
                Digest.of(built.description().named(as).text().getBytes(StandardCharsets.UTF_8));
        Optional<Channel.Entry> there = Optional.empty();
        List<Publishing.Earlier> earlier = new ArrayList<>();
        for (Channel.Entry entry : entries(before, place.others())) {
            Release release = Subscriber.release(repository, entry.release());
            if (release.appliance().equals(appliance)) {
                there = Optional.of(entry);
                break;
            }
            if (earlier.size() < MOST_EARLIER) {
                earlier.add(new Publishing.Earlier(entry.version(), release, held(release)));
            }
        }
        Published published;
        Channel.Entry entry;
        if (there.isPresent()) {
            entry = there.get();
            published = again(repository, entry, listener);
        } else {
            String version = built.description().version();
            Neighbours neighbours = new Neighbours(shelf, keys, as, channel);
            List<Publishing.Earlier> near =
                    ways.near().isEmpty()
                            ? ways.versions() > 0 && earlier.isEmpty()
                                    ? here(neighbours)
                                    : List.of()
                            : named(neighbours, ways.near(), listener);
            Publishing.Bases bases =
                    new Publishing.Bases(
                            withContent(repository, earlier, ways.versions(), listener),
                            ways.versions(),
                            near,
                            Math.max(1, ways.near().size()));
            try (PackFolder packs = PackFolder.make(home)) {
                published =
                        new Publishing(
                                        repository,
                                        appliances,
                                        packs.path().resolve("work"),
                                        level,
                                        listener)
                                .publish(built, as, bases, Tags.ofVersion(version));
            }
            entry =
                    new Channel.Entry(
                            version,
                            published.release().digest(),
                            clock.instant().truncatedTo(ChronoUnit.SECONDS));
        }
        boolean isNewest = before.map(Channel::newest).filter(entry::equals).isPresent();
        if (!isNewest || !place.isCurrent(before.get())) {
            place.put(before, entry);
        }
        known.remember(address, reached);
        return published;
    }

    /// What the channels of an app name, the newest first and the channel's own before all others.
    private static List<Channel.Entry> entries(Optional<Channel> own, List<Channel> others) {
        Map<Digest, Channel.Entry> entries = new LinkedHashMap<>();
        for (Channel each : Stream.concat(own.stream(), others.stream()).toList()) {
            each.releases()
                    .reversed()
                    .forEach(entry -> entries.putIfAbsent(entry.release(), entry));
        }
        return List.copyOf(entries.values());
    }

    /// What is on the shelf already: it becomes the channel's newest, and the channel is renewed.
    private Published again(Repository repository, Channel.Entry entry, PublishListener listener)
            throws IOException {
        Release release = Subscriber.release(repository, entry.release());
        Optional<InstalledRelease> held = held(release);
        InstalledRelease installed =
                held.isPresent()
                        ? held.get()
                        : fetch(repository, entry.version(), release, listener);
        long content = installed.index().plainBytes();
        return new Published(
                release,
                installed,
                content,
                content,
                installed.index().storedBytes(),
                0,
                List.of(),
                List.of(),
                List.of());
    }

    private List<Publishing.Earlier> here(Neighbours neighbours) throws IOException {
        List<Publishing.Earlier> here = new ArrayList<>();
        for (Neighbours.Neighbour each : neighbours.all()) {
            Optional<InstalledRelease> held = held(each.release());
            if (held.isPresent()) {
                here.add(new Publishing.Earlier(each.version(), each.release(), held));
            }
        }
        return here;
    }

    private List<Publishing.Earlier> named(
            Neighbours neighbours, List<String> apps, PublishListener listener) throws IOException {
        List<Publishing.Earlier> named = new ArrayList<>();
        for (String app : apps) {
            Neighbours.Neighbour each = neighbours.named(app);
            Optional<InstalledRelease> held = held(each.release());
            InstalledRelease base =
                    held.isPresent()
                            ? held.get()
                            : fetch(each.repository(), each.version(), each.release(), listener);
            named.add(new Publishing.Earlier(each.version(), each.release(), Optional.of(base)));
        }
        return named;
    }

    /// Fetches the content of those that deltas are made against, if it is not here.
    private List<Publishing.Earlier> withContent(
            Repository repository,
            List<Publishing.Earlier> earlier,
            int deltas,
            PublishListener listener)
            throws IOException {
        List<Publishing.Earlier> all = new ArrayList<>();
        for (Publishing.Earlier each : earlier) {
            boolean isWanted = each.held().isEmpty() && all.size() < deltas;
            all.add(
                    isWanted
                            ? new Publishing.Earlier(
                                    each.version(),
                                    each.release(),
                                    Optional.of(
                                            fetch(
                                                    repository,
                                                    each.version(),
                                                    each.release(),
                                                    listener)))
                            : each);
        }
        return all;
    }

    private Optional<InstalledRelease> held(Release release) throws IOException {
        for (InstalledAppliance installed : appliances.list()) {
            if (installed.id().equals(release.appliance())) {
                Optional<InstalledRelease> held = InstalledRelease.of(installed);
                if (held.isPresent() && held.get().release().digest().equals(release.digest())) {
                    return held;
                }
            }
        }
        return Optional.empty();
    }

    private InstalledRelease fetch(
            Repository repository, String version, Release release, PublishListener listener)
            throws IOException {
        listener.toCome(1);
        try (Fetching fetching =
                Fetching.begin(repository, Optional.empty(), appliances, release)) {
            InstalledAppliance installed =
                    fetching.finish(
                            new FetchListener() {
                                @Override
                                public void begins(long fetchBytes, long hereBytes) {
                                    listener.step(
                                            "fetching " + version + ", to make an update short",
                                            fetchBytes);
                                }

                                @Override
                                public void fetched(long bytes) {
                                    listener.done(bytes);
                                }
                            });
            return InstalledRelease.of(installed)
                    .orElseThrow(() ->
                            new ReleaseException.NotRelease(
                                    repository.location(),
                                    release.digest(),
                                    new IllegalArgumentException("what is here of it is another")));
        }
    }
}
