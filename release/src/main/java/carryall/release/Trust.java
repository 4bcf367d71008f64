package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.VerifyingKey;
import carryall.transport.Repository;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Decides which channel of a shelf is followed: only what the publisher signed, nothing older than
/// what was seen, and nothing that should have been renewed. What it has seen it remembers in
/// [Pins]. `docs/formats/trust.md` has the rules; they are TUF's, with fewer roles.
public final class Trust {
    /// The most that a number may rise between two looks.
    static final long LARGEST_STEP = 1_000_000;

    private static final int MOST_STATEMENTS = 100;

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
    public record Followed(
            PublisherKeys keys, Channel channel, Optional<VerifyingKey> firstSeen, Pins.Pin seen) {}

    /// Looks at a channel. Nothing is remembered of a publisher who was never seen before.
    ///
    /// @param app the repository's app, whose channel it must be
    /// @throws TrustException if it must not be followed; nothing that was seen before is forgotten
    public Followed follow(Repository repository, String app, String channel) throws IOException {
        Optional<Pins.Pin> before = pins.find(repository.location());
        Statements statements = keys(repository, before);
        PublisherKeys keys = statements.newest();
        Instant now = clock.instant();
        if (now.isAfter(keys.expires())) {
            throw new TrustException.Expired(
                    repository.location(), "the statement of keys", keys.expires(), now);
        }
        Envelope envelope = channelEnvelope(repository, channel);
        Channel shown = parsed(repository, "channel " + channel, () -> Channel.parse(envelope));
        if (keys.channelKeys().stream().noneMatch(envelope::isSignedBy)) {
            throw new TrustException.NotSigned(
                    repository.location(),
                    "channel " + channel,
                    "a key that the publisher's root names (statement " + keys.version() + ")");
        }
        check(repository, keys, shown, app, channel);
        Digest digest =
                Digest.of(envelope.signed().getBytes(java.nio.charset.StandardCharsets.UTF_8));
        checkOrder(repository, before, shown, digest);
        if (now.isAfter(shown.expires())) {
            throw new TrustException.Expired(
                    repository.location(), "channel " + channel, shown.expires(), now);
        }
        Pins.Pin pin =
                before.orElseGet(() -> Pins.Pin.of(repository.location(), statements.first()))
                        .with(keys, statements.digest())
                        .with(
                                channel,
                                new Pins.Seen(shown.sequence(), shown.keysVersion(), digest));
        Followed followed =
                new Followed(
                        keys,
                        shown,
                        before.isPresent() ? Optional.empty() : Optional.of(keys.root()),
                        pin);
        if (before.isPresent()) {
            remember(followed);
        }
        return followed;
    }

    /// Pins the publisher's root, and what was seen.
    public void remember(Followed followed) throws IOException {
        pins.put(followed.seen());
    }

    /// The statements of keys that were read, from the pinned one on.
    private record Statements(PublisherKeys first, PublisherKeys newest, Digest digest) {}

    private Statements keys(Repository repository, Optional<Pins.Pin> pin) throws IOException {
        long version = pin.map(Pins.Pin::keysVersion).orElse(1L);
        Envelope envelope =
                statement(repository, version)
                        .orElseThrow(() ->
                                pin.isEmpty()
                                        ? new TrustException.NotPublished(
                                                repository.location(), "statement of keys")
                                        : new TrustException.Older(
                                                repository.location(),
                                                "statements of keys until",
                                                0,
                                                version));
        PublisherKeys keys = parsedKeys(repository, envelope, version);
        Digest digest = digest(envelope);
        if (pin.isPresent() && !digest.equals(pin.get().keysDigest())) {
            if (!keys.root().equals(pin.get().root())) {
                throw new TrustException.OtherRoot(
                        repository.location(), pin.get().root(), keys.root());
            }
            throw new TrustException.Forked(repository.location(), "statement of keys", version);
        }
        if (!envelope.isSignedBy(keys.root())) {
            throw new TrustException.NotSigned(
                    repository.location(), "statement of keys " + version, "its own root");
        }
        PublisherKeys first = keys;
        for (int steps = 0; steps < MOST_STATEMENTS; steps++) {
            Optional<Envelope> next = statement(repository, keys.version() + 1);
            if (next.isEmpty()) {
                return new Statements(first, keys, digest);
            }
            PublisherKeys later = parsedKeys(repository, next.get(), keys.version() + 1);
            if (!later.publisher().equals(keys.publisher())) {
                throw new TrustException.MixedUp(
                        repository.location(),
                        "keys of " + keys.publisher() + " and of " + later.publisher());
            }
            if (!next.get().isSignedBy(keys.root())) {
                throw new TrustException.OtherRoot(
                        repository.location(), keys.root(), later.root());
            }
            if (!next.get().isSignedBy(later.root())) {
                throw new TrustException.NotSigned(
                        repository.location(),
                        "statement of keys " + later.version(),
                        "the new root itself");
            }
            keys = later;
            digest = digest(next.get());
        }
        throw new TrustException.TooFarForward(
                repository.location(), "statement of keys", keys.version(), first.version());
    }

    private static Digest digest(Envelope envelope) {
        return Digest.of(envelope.signed().getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private static Optional<Envelope> statement(Repository repository, long version)
            throws IOException {
        String what = "statement of keys " + version;
        try {
            return SmallArtifact.get(repository, Tags.ofKeys(version), PublisherKeys.ARTIFACT_TYPE)
                    .map(Envelope::parse);
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), what, wrong);
        }
    }

    private static PublisherKeys parsedKeys(Repository repository, Envelope envelope, long version)
            throws TrustException {
        PublisherKeys keys =
                parsed(
                        repository,
                        "statement of keys " + version,
                        () -> PublisherKeys.parse(envelope));
        if (keys.version() != version) {
            throw new TrustException.MixedUp(
                    repository.location(),
                    "a statement of keys "
                            + keys.version()
                            + " where statement "
                            + version
                            + " should be");
        }
        return keys;
    }

    private static Envelope channelEnvelope(Repository repository, String channel)
            throws IOException {
        try {
            return SmallArtifact.get(repository, Tags.ofChannel(channel), Channel.ARTIFACT_TYPE)
                    .map(Envelope::parse)
                    .orElseThrow(() ->
                            new TrustException.NotPublished(
                                    repository.location(), "channel " + channel));
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), "channel " + channel, wrong);
        }
    }

    /// Reads a document.
    private interface Parsing<T> {
        T run();
    }

    private static <T> T parsed(Repository repository, String what, Parsing<T> parsing)
            throws TrustException {
        try {
            return parsing.run();
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), what, wrong);
        }
    }

    private static void check(
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

    private static void checkOrder(
            Repository repository, Optional<Pins.Pin> before, Channel shown, Digest digest)
            throws TrustException {
        Optional<Pins.Seen> seen = before.flatMap(pin -> pin.seen(shown.name()));
        long last = seen.map(Pins.Seen::sequence).orElse(0L);
        String what = "channel " + shown.name();
        // Only a root can make up for a thief who counted too far.
        boolean isNewEra = seen.isPresent() && shown.keysVersion() > seen.get().keysVersion();
        if (shown.sequence() - last > LARGEST_STEP) {
            throw new TrustException.TooFarForward(
                    repository.location(), what, shown.sequence(), last);
        }
        if (isNewEra || seen.isEmpty()) {
            return;
        }
        if (shown.sequence() < last) {
            throw new TrustException.Older(repository.location(), what, shown.sequence(), last);
        }
        if (shown.sequence() == last && !digest.equals(seen.get().digest())) {
            throw new TrustException.Forked(repository.location(), what, last);
        }
    }

    /// Checks that a release is signed by a key that the publisher's root names.
    ///
    /// @throws TrustException.NotSigned if it is not
    public void checkSigned(Repository repository, PublisherKeys keys, Digest release)
            throws IOException {
        try {
            List<VerifyingKey> all = new ArrayList<>(keys.channelKeys());
            if (CosignSignature.isSigned(repository, release, all)) {
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
