package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.VerifyingKey;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;

/// Decides which channel of a shelf is followed: only what the publisher signed, nothing older than
/// what was seen, and nothing that should have been renewed. What it has seen it remembers in
/// [Pins]. `docs/formats/trust.md` has the rules; they are TUF's, with fewer roles.
public final class Trust {
    /// The most that a channel's number may rise between two looks.
    static final long LARGEST_STEP = 1_000_000;

    private final Pins pins;
    private final Clock clock;

    /// @param clock what expiry is measured by
    public Trust(Pins pins, Clock clock) {
        this.pins = pins;
        this.clock = clock;
    }

    /// What was shown and checked.
    ///
    /// @param keys the newest statement
    /// @param channel the newest document
    /// @param firstSeen present if this publisher's root was not pinned on this shelf before, and
    ///   is only once [#remember] is called
    /// @param seen what is to be remembered of it
    public record Followed(
            PublisherKeys keys, Channel channel, Optional<VerifyingKey> firstSeen, Pins.Pin seen) {}

    /// Looks at a channel. Nothing is remembered of a publisher who was never seen before; of
    /// others, what they signed, as far as it could be checked.
    ///
    /// @param app the repository's app, whose channel it must be
    /// @throws TrustException if it must not be followed; nothing that was seen before is forgotten
    public Followed follow(Repository repository, String app, String channel) throws IOException {
        String shelf = shelfOf(repository.location(), app);
        KeyChain chain = KeyChain.read(repository, pins, shelf, app);
        PublisherKeys keys = chain.newest();
        Pins.Pin pin =
                chain.pin()
                        .map(before -> before.with(keys, chain.digest()))
                        .orElseGet(() -> Pins.Pin.of(shelf, keys, chain.digest()));
        if (chain.pin().isPresent() && !chain.pin().get().equals(pin)) {
            // Also if no channel is there for them: a key that was replaced is not to come back.
            pins.put(pin);
        }
        Instant now = clock.instant();
        checkExpiry(repository, "statement of keys " + keys.version(), keys.expires(), now);
        Shown shown = shown(repository, keys, channel);
        checkPlace(repository, keys, shown.channel(), app, channel);
        checkOrder(repository, pin.seen(app, channel), shown);
        checkExpiry(repository, "channel " + channel, shown.channel().expires(), now);
        Pins.Seen seen =
                new Pins.Seen(
                        shown.channel().sequence(), shown.channel().keysVersion(), shown.digest());
        Followed followed =
                new Followed(
                        keys,
                        shown.channel(),
                        chain.pin().isPresent() ? Optional.empty() : Optional.of(keys.root()),
                        pin.with(app, channel, seen));
        if (chain.pin().isPresent()) {
            remember(followed);
        }
        return followed;
    }

    /// A publisher is pinned for all its repositories on one shelf.
    private static String shelfOf(String location, String app) {
        return location.endsWith("/" + app)
                ? location.substring(0, location.length() - app.length())
                : location;
    }

    /// Pins the publisher's root, and what was seen. What another process saw meanwhile stays if it
    /// is newer.
    public void remember(Followed followed) throws IOException {
        pins.put(followed.seen());
    }

    private static void checkExpiry(
            Repository repository, String what, Instant expires, Instant now)
            throws TrustException {
        if (now.isAfter(expires)) {
            throw new TrustException.Expired(repository.location(), what, expires, now);
        }
    }

    /// A channel that one of the keys signed.
    private record Shown(Channel channel, Digest digest) {}

    private static Shown shown(Repository repository, PublisherKeys keys, String channel)
            throws IOException {
        String what = "channel " + channel;
        try {
            Envelope envelope =
                    SmallArtifact.get(repository, Tags.ofChannel(channel), Channel.ARTIFACT_TYPE)
                            .map(Envelope::parse)
                            .orElseThrow(() ->
                                    new TrustException.NotPublished(repository.location(), what));
            if (keys.channelKeys().stream().noneMatch(envelope::isSignedBy)) {
                throw new TrustException.NotSigned(
                        repository.location(),
                        what,
                        "a key that the publisher's root names (statement " + keys.version() + ")");
            }
            return new Shown(
                    Channel.parse(envelope),
                    Digest.of(envelope.signed().getBytes(StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), what, wrong);
        }
    }

    private static void checkPlace(
            Repository repository, PublisherKeys keys, Channel shown, String app, String channel)
            throws TrustException {
        ApplianceName wanted = new ApplianceName(keys.publisher(), app);
        if (!shown.appliance().equals(wanted) || !shown.name().equals(channel)) {
            throw new TrustException.MixedUp(
                    repository.location(),
                    "channel "
                            + shown.name()
                            + " of "
                            + shown.appliance()
                            + " where channel "
                            + channel
                            + " of "
                            + wanted
                            + " should be");
        }
        if (shown.keysVersion() != keys.version()) {
            throw new TrustException.MixedUp(
                    repository.location(),
                    "a channel for statement of keys "
                            + shown.keysVersion()
                            + " beside statement "
                            + keys.version());
        }
    }

    private static void checkOrder(Repository repository, Optional<Pins.Seen> seen, Shown shown)
            throws TrustException {
        // Each statement counts anew: only a root can make up for a thief who counted too far.
        Optional<Pins.Seen> before =
                seen.filter(one -> one.keysVersion() == shown.channel().keysVersion());
        long last = before.map(Pins.Seen::sequence).orElse(0L);
        long sequence = shown.channel().sequence();
        String what = "channel " + shown.channel().name();
        if (sequence - last > LARGEST_STEP) {
            throw new TrustException.TooFarForward(repository.location(), what, sequence, last);
        }
        if (sequence < last) {
            throw new TrustException.Older(repository.location(), what + " " + sequence, last);
        }
        if (before.isPresent()
                && sequence == last
                && !shown.digest().equals(before.get().digest())) {
            throw new TrustException.Forked(repository.location(), what, last);
        }
    }

    /// Checks that a release is signed by a key that the publisher's root names.
    ///
    /// @throws TrustException.NotSigned if it is not
    public void checkSigned(Repository repository, PublisherKeys keys, Digest release)
            throws IOException {
        try {
            if (CosignSignature.isSigned(repository, release, keys.channelKeys())) {
                return;
            }
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(
                    repository.location(), "the signature of " + release, wrong);
        }
        throw new TrustException.NotSigned(
                repository.location(),
                "release " + release,
                "a key that the publisher's root names");
    }
}
