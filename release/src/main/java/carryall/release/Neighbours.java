package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.transport.Repository;
import carryall.transport.Shelf;
import carryall.transport.TransportException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// The publisher's other apps on a shelf: whoever gets a new one may have one of those, and much of
/// the new one with it.
///
/// @param keys of the publisher; others' apps do not count
/// @param channel whose newest releases count
record Neighbours(Shelf shelf, PublisherFolder keys, ApplianceName of, String channel) {
    private static final int MOST = 8;

    /// The newest release of another app.
    record Neighbour(Repository repository, String app, Channel.Entry entry, Release release) {
        /// As people call it.
        String version() {
            return app + " " + entry.version();
        }
    }

    /// One of a name.
    ///
    /// @throws TrustException.NotPublished if the channel does not name one
    Neighbour named(String app) throws IOException {
        Repository repository = shelf.repository(app);
        ApplianceName name = new ApplianceName(of.publisher(), app);
        Channel found =
                new PublishedChannel(keys, repository, name, channel)
                        .find()
                        .orElseThrow(() ->
                                new TrustException.NotPublished(repository.location(), channel));
        Channel.Entry entry = found.newest();
        return new Neighbour(
                repository, app, entry, Subscriber.release(repository, entry.release()));
    }

    /// All that can be found: a shelf that does not tell what it has, has none.
    List<Neighbour> all() throws IOException {
        List<String> apps;
        try {
            apps = shelf.repositories();
        } catch (TransportException silent) {
            return List.of();
        }
        List<Neighbour> all = new ArrayList<>();
        for (String app : apps) {
            if (!app.equals(of.app()) && all.size() < MOST) {
                try {
                    all.add(named(app));
                } catch (TransportException
                        | TrustException
                        | ReleaseException
                        | IllegalArgumentException other) {
                    // Another publisher's, or none at all.
                }
            }
        }
        return all;
    }
}
