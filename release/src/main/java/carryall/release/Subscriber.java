package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.Appliances;
import carryall.appliance.InstalledAppliance;
import carryall.crypto.Digest;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import carryall.transport.Shelf;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a user does with shelves: look at what is offered, agree to its publisher, fetch, follow.
public final class Subscriber {
    private final Shelves shelves;
    private final Appliances appliances;
    private final Subscriptions subscriptions;
    private final KnownShelves known;
    private final Trust trust;

    /// @param home the state directory
    public Subscriber(
            Path home, Appliances appliances, Map<String, String> environment, Clock clock) {
        this.shelves = new Shelves(environment);
        this.appliances = appliances;
        this.subscriptions = new Subscriptions(home.resolve("subscriptions"));
        this.known = new KnownShelves(home.resolve(KnownShelves.FOLDER));
        this.trust = new Trust(new Pins(home.resolve("publishers")), clock);
    }

    /// What this user follows.
    public Subscriptions subscriptions() {
        return subscriptions;
    }

    /// A release that a shelf offers, checked to be its publisher's.
    ///
    /// @param followed the channel that names it, and whether the publisher was ever seen before
    /// @param entry which of the channel's releases
    /// @param description what it says of itself
    public record Offer(
            Reference reference,
            Subscription.Settings settings,
            Repository repository,
            Trust.Followed followed,
            Channel.Entry entry,
            Release release,
            Appliance description) {
        /// As the publisher calls it.
        public ApplianceName name() {
            return new ApplianceName(followed.keys().publisher(), reference.app());
        }

        private boolean isNewestOf(Subscription subscription) {
            return subscription.shelf().equals(reference.shelf().text())
                    && subscription.channel().equals(followed.channel().name())
                    && entry.equals(followed.channel().newest());
        }

        Subscription.Newest newest() {
            return new Subscription.Newest(entry.version(), entry.release(), release.appliance());
        }
    }

    /// What is remembered of shelves.
    public KnownShelves known() {
        return known;
    }

    /// Looks at what a reference means now. Nothing is kept, and no publisher is agreed to.
    ///
    /// @param said how the shelf is reached; for what is not said, what was said before counts
    /// @throws TrustException if the shelf shows what must not be followed
    /// @throws ReleaseException.VersionMissing if the channel has no such version
    public Offer look(Reference reference, Subscription.Settings said) throws IOException {
        Subscription.Settings settings = known.settings(reference.shelf(), said);
        Repository repository =
                new Remembering(
                        shelves.open(reference.shelf(), settings).repository(reference.app()));
        String tag = reference.tag().orElse(Reference.STABLE);
        boolean isChannel =
                reference.tag().isEmpty()
                        || (Channel.isName(tag)
                                && repository.resolve(Tags.ofChannel(tag)).isPresent());
        Trust.Followed followed =
                trust.follow(repository, reference.app(), isChannel ? tag : Reference.STABLE);
        Channel channel = followed.channel();
        Optional<Channel.Entry> entry =
                reference.digest().isPresent()
                        ? channel.releases().stream()
                                .filter(one -> reference.digest().get().equals(one.release()))
                                .findFirst()
                        : isChannel ? Optional.of(channel.newest()) : channel.find(tag);
        if (entry.isEmpty()) {
            throw new ReleaseException.VersionMissing(
                    repository.location(),
                    reference.digest().map(Digest::text).orElse(tag),
                    channel.releases().stream().map(Channel.Entry::version).toList());
        }
        trust.checkSigned(repository, followed.keys(), entry.get().release());
        Release release = release(repository, entry.get().release());
        Appliance description = Fetching.description(repository, release);
        ApplianceName wanted = new ApplianceName(followed.keys().publisher(), reference.app());
        if (!description.name().equals(wanted)) {
            throw new TrustException.MixedUp(
                    repository.location(), description.name() + " where " + wanted + " should be");
        }
        return new Offer(
                reference, settings, repository, followed, entry.get(), release, description);
    }

    /// Looks at what the newest of a subscription is now.
    public Offer look(Subscription followed) throws IOException {
        // What was said last counts more than what was said when it was first followed.
        Reference.ShelfAddress shelf = followed.reference().shelf();
        Subscription.Settings last = known.settings(shelf, Subscription.Settings.USUAL);
        return look(
                followed.reference(),
                last.equals(Subscription.Settings.USUAL) ? followed.settings() : last);
    }

    static Release release(Repository repository, Digest digest) throws IOException {
        Manifest manifest = repository.manifest(digest);
        try {
            return Release.parse(manifest);
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.NotRelease(repository.location(), digest, wrong);
        }
    }

    /// Agrees to the publisher of what was looked at: from now on only what its root key vouches
    /// for is followed there.
    public void agree(Offer offer) throws IOException {
        trust.remember(offer.followed());
    }

    /// Follows what was looked at; its publisher was agreed to.
    ///
    /// @throws ReleaseException.OtherShelf if the same name is followed on another shelf
    public Subscription follow(Offer offer) throws IOException {
        Optional<Subscription> before = subscriptions.find(offer.name());
        String shelf = offer.reference().shelf().text();
        if (before.isPresent() && !before.get().shelf().equals(shelf)) {
            throw new ReleaseException.OtherShelf(
                    offer.name().toString(), before.get().shelf(), shelf);
        }
        Subscription subscription =
                new Subscription(
                        offer.name(),
                        shelf,
                        offer.followed().channel().name(),
                        offer.settings(),
                        before.flatMap(Subscription::newest));
        subscriptions.put(subscription);
        return subscription;
    }

    /// Follows an appliance no longer; of a shelf on which nothing else is followed, nothing is
    /// remembered but its publishers.
    ///
    /// @return whether it was followed
    public boolean unfollow(ApplianceName name) throws IOException {
        Optional<Subscription> before = subscriptions.find(name);
        if (!subscriptions.remove(name) || before.isEmpty()) {
            return false;
        }
        String shelf = before.get().shelf();
        if (subscriptions.list().stream().noneMatch(other -> other.shelf().equals(shelf))) {
            known.forget(before.get().reference().shelf());
        }
        return true;
    }

    /// Begins to fetch what was looked at, and remembers how its shelf is reached.
    public Fetching fetch(Offer offer) throws IOException {
        known.remember(offer.reference().shelf(), offer.settings());
        Source source =
                new Source(offer.reference().shelf(), offer.reference().app(), offer.settings());
        return Fetching.begin(offer.repository(), Optional.of(source), appliances, offer.release());
    }

    /// Notes that what was looked at is here. A subscription keeps its newest: an earlier version,
    /// or one of another channel, does not take that place.
    public void arrived(Offer offer) throws IOException {
        Optional<Subscription> subscription = subscriptions.find(offer.name());
        if (subscription.filter(offer::isNewestOf).isPresent()) {
            subscriptions.put(subscription.get().with(offer.newest()));
        }
    }

    /// The subscription of an appliance on this host.
    ///
    /// @throws ReleaseException.NotSubscribed if there is none
    public Subscription subscription(InstalledAppliance appliance) throws IOException {
        ApplianceName name = appliance.description().name();
        return subscriptions
                .find(name)
                .orElseThrow(() -> new ReleaseException.NotSubscribed(name.toString()));
    }

    /// The apps that a shelf says it has.
    public List<String> apps(Reference.ShelfAddress address, Subscription.Settings settings)
            throws IOException {
        Shelf shelf = shelves.open(address, known.settings(address, settings));
        return shelf.repositories();
    }
}
