package carryall.release;

import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.VerifyingKey;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The statements of keys that a repository shows, each vouched for by the one before.
///
/// @param pin of the publisher, if its root was agreed to
/// @param roots of all statements that were read, the oldest first
/// @param newest the last statement
/// @param digest of its signed text
record KeyChain(
        Optional<Pins.Pin> pin, List<VerifyingKey> roots, PublisherKeys newest, Digest digest) {
    private static final int MOST_STATEMENTS = 100;

    KeyChain {
        roots = List.copyOf(roots);
    }

    /// Reads them: from the one that was seen last, or from the first.
    ///
    /// @throws TrustException if one is not vouched for, or is not the one that was seen
    static KeyChain read(Repository repository, Pins pins, String shelf, String app)
            throws IOException {
        Optional<Pins.Pin> ofApp = pins.ofApp(shelf, app);
        if (ofApp.isPresent()) {
            return onward(repository, ofApp, pinned(repository, ofApp.get()));
        }
        Step first =
                step(repository, 1)
                        .orElseThrow(() ->
                                new TrustException.NotPublished(
                                        repository.location(), "statement of keys"));
        // Perhaps the publisher is known by another of its apps on this shelf.
        Optional<Pins.Pin> pin = pins.find(shelf, first.keys().publisher());
        return pin.isPresent() && pin.get().keysVersion() > 1
                ? onward(repository, pin, pinned(repository, pin.get()))
                : onward(repository, pin, first);
    }

    /// A statement and its signatures.
    private record Step(PublisherKeys keys, Envelope envelope) {
        Digest digest() {
            return Digest.of(envelope.signed().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static Optional<Step> step(Repository repository, long version) throws IOException {
        String what = "statement of keys " + version;
        Step step;
        try {
            Optional<String> text =
                    SmallArtifact.get(
                            repository, Tags.ofKeys(version), PublisherKeys.ARTIFACT_TYPE);
            if (text.isEmpty()) {
                return Optional.empty();
            }
            Envelope envelope = Envelope.parse(text.get());
            step = new Step(PublisherKeys.parse(envelope), envelope);
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), what, wrong);
        }
        if (step.keys().version() != version) {
            throw new TrustException.MixedUp(
                    repository.location(),
                    "a statement of keys "
                            + step.keys().version()
                            + " where statement "
                            + version
                            + " should be");
        }
        return Optional.of(step);
    }

    private static Step pinned(Repository repository, Pins.Pin pin) throws IOException {
        return step(repository, pin.keysVersion())
                .orElseThrow(() ->
                        new TrustException.Older(
                                repository.location(), "no statement of keys", pin.keysVersion()));
    }

    private static KeyChain onward(Repository repository, Optional<Pins.Pin> pin, Step from)
            throws IOException {
        if (pin.isPresent()) {
            checkSame(repository, pin.get(), from);
        }
        checkSignedByItself(repository, from);
        List<VerifyingKey> roots = new ArrayList<>(List.of(from.keys().root()));
        Step last = from;
        while (true) {
            Optional<Step> next = step(repository, last.keys().version() + 1);
            if (next.isEmpty()) {
                return new KeyChain(pin, roots, last.keys(), last.digest());
            }
            if (roots.size() > MOST_STATEMENTS) {
                throw new TrustException.TooFarForward(
                        repository.location(),
                        "statement of keys",
                        next.get().keys().version(),
                        from.keys().version());
            }
            checkVouchedFor(repository, last.keys(), next.get());
            last = next.get();
            roots.add(last.keys().root());
        }
    }

    private static void checkSame(Repository repository, Pins.Pin pin, Step shown)
            throws TrustException {
        if (shown.digest().equals(pin.keysDigest())) {
            return;
        }
        throw shown.keys().root().equals(pin.root())
                ? new TrustException.Forked(
                        repository.location(), "statement of keys", pin.keysVersion())
                : new TrustException.OtherRoot(
                        repository.location(), pin.root(), shown.keys().root());
    }

    private static void checkSignedByItself(Repository repository, Step shown)
            throws TrustException {
        if (!shown.envelope().isSignedBy(shown.keys().root())) {
            throw new TrustException.NotSigned(
                    repository.location(),
                    "statement of keys " + shown.keys().version(),
                    "the root that it names");
        }
    }

    private static void checkVouchedFor(Repository repository, PublisherKeys before, Step next)
            throws TrustException {
        if (!next.keys().publisher().equals(before.publisher())) {
            throw new TrustException.MixedUp(
                    repository.location(),
                    "keys of " + before.publisher() + " and of " + next.keys().publisher());
        }
        if (!next.envelope().isSignedBy(before.root())) {
            throw new TrustException.OtherRoot(
                    repository.location(), before.root(), next.keys().root());
        }
        checkSignedByItself(repository, next);
    }
}
