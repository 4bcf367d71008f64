package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.transport.FolderShelf;
import carryall.transport.Repository;
import carryall.transport.Shelf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

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

    /// Publishes an appliance under the publisher's name.
    ///
    /// @param deltas from how many of the last versions an update is made short
    public Published publish(
            InstalledAppliance built,
            Reference.ShelfAddress address,
            Subscription.Settings settings,
            String channel,
            int deltas,
            PublishListener listener)
            throws IOException {
        Shelf shelf = shelves.open(address, settings);
        if (shelf instanceof FolderShelf folder) {
            folder.create();
        }
        ApplianceName as =
                new ApplianceName(keys.keys().publisher(), built.description().name().app());
        Repository repository = shelf.repository(as.app());
        PublishedChannel place = new PublishedChannel(keys, repository, as, channel);
        Optional<Channel> before = place.find();
        Publishing publishing =
                new Publishing(
                        repository,
                        appliances,
                        home.resolve("publishing-" + UUID.randomUUID()),
                        listener);
        String version = built.description().version();
        Published published =
                publishing.publish(
                        built,
                        as,
                        earlier(repository, before, listener, deltas),
                        deltas,
                        Tags.ofVersion(version));
        Optional<Channel.Entry> same =
                before.map(Channel::newest)
                        .filter(newest -> newest.release().equals(published.release().digest()));
        if (same.isPresent() && place.isCurrent(before.get())) {
            // Published before; a channel that says the same needs no new number.
            return published;
        }
        place.put(
                before,
                same.orElseGet(() ->
                        new Channel.Entry(
                                version,
                                published.release().digest(),
                                clock.instant().truncatedTo(ChronoUnit.SECONDS))));
        return published;
    }

    /// The last releases on the channel, the newest first. Those that deltas are made against are
    /// fetched if they are not here.
    private List<Publishing.Earlier> earlier(
            Repository repository, Optional<Channel> channel, PublishListener listener, int deltas)
            throws IOException {
        List<Publishing.Earlier> earlier = new ArrayList<>();
        for (Channel.Entry entry : channel.map(Channel::releases).orElse(List.of()).reversed()) {
            if (earlier.size() == MOST_EARLIER) {
                break;
            }
            Release release = Subscriber.release(repository, entry.release());
            Optional<InstalledRelease> held = held(release);
            if (held.isEmpty() && earlier.size() < deltas) {
                held = fetch(repository, entry.version(), release, listener);
            }
            earlier.add(new Publishing.Earlier(entry.version(), release, held));
        }
        return earlier;
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

    private Optional<InstalledRelease> fetch(
            Repository repository, String version, Release release, PublishListener listener)
            throws IOException {
        try (Fetching fetching = Fetching.begin(repository, appliances, release)) {
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
            return InstalledRelease.of(installed);
        }
    }
}
