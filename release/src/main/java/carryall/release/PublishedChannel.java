package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A channel on a shelf as its publisher has it: which releases it names next, and who signed them.
///
/// @param folder has the keys, and what was last put there
/// @param appliance whose channel it is
/// @param name of the channel
record PublishedChannel(
        PublisherFolder folder, Repository repository, ApplianceName appliance, String name) {
    private static final Duration CHANNEL_LASTS = Duration.ofDays(180);

    /// Signs a release and puts it on a channel, as its newest. Releases that an earlier key signed
    /// are signed anew, because followers believe the newest statement alone.
    ///
    /// @param before the channel as [#find] found it
    Channel put(Optional<Channel> before, Channel.Entry entry) throws IOException {
        SigningKey key = folder.channelKey();
        PublisherKeys keys = folder.keys();
        List<Channel.Entry> releases =
                new ArrayList<>(before.map(Channel::releases).orElse(List.of()));
        releases.removeIf(each -> each.release().equals(entry.release()));
        releases.add(entry);
        while (releases.size() > Channel.MOST_RELEASES) {
            releases.removeFirst();
        }
        Channel next =
                new Channel(
                        appliance,
                        name,
                        1 + lastSequence(before, keys),
                        keys.version(),
                        folder.now(),
                        folder.now().plus(CHANNEL_LASTS),
                        releases);
        String text = next.signed(key).text();
        boolean isNewEra = before.isPresent() && before.get().keysVersion() < keys.version();
        for (Channel.Entry each : isNewEra ? releases : List.of(entry)) {
            sign(each.release(), keys, key);
        }
        Durable.replace(record(), text);
        // Last and close together: in between, followers find a channel of another statement.
        folder.putStatements(repository);
        SmallArtifact.put(repository, Tags.ofChannel(name), Channel.ARTIFACT_TYPE, text);
        return next;
    }

    /// Each statement counts anew, so that a thief of an earlier key has not used the numbers up.
    private long lastSequence(Optional<Channel> before, PublisherKeys keys) throws IOException {
        return Stream.of(before, recorded())
                .flatMap(Optional::stream)
                .filter(one -> one.keysVersion() == keys.version())
                .mapToLong(Channel::sequence)
                .max()
                .orElse(0);
    }

    private void sign(Digest release, PublisherKeys keys, SigningKey key) throws IOException {
        try {
            if (CosignSignature.isSigned(repository, release, keys.channelKeys())) {
                return;
            }
        } catch (IllegalArgumentException noSignature) {
            // What is there is replaced.
        }
        // A folder's path on the publisher's host is nobody's business.
        String location = repository.location();
        String reference = location.startsWith("/") ? appliance.toString() : location;
        CosignSignature.put(repository, release, reference, key);
    }

    /// Whether a channel says what it should for a while yet: it is of the newest statement, and
    /// more than half of its time is left.
    boolean isCurrent(Channel channel) throws IOException {
        return channel.keysVersion() == folder.keys().version()
                && folder.now().plus(CHANNEL_LASTS.dividedBy(2)).isBefore(channel.expires());
    }

    private Path record() {
        String place = repository.location() + ":" + name;
        String digits = Digest.of(place.getBytes(StandardCharsets.UTF_8)).hex();
        return folder.folder().resolve("channels").resolve(digits.substring(0, 32) + ".json");
    }

    /// What was last put on a channel from here.
    private Optional<Channel> recorded() throws IOException {
        Path file = record();
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Channel.parse(Envelope.parse(Files.readString(file))));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.SubscriptionDamaged(file, wrong);
        }
    }

    /// What to go on from: the channel as it is on a shelf, if a key of the newest statement signed
    /// it. If an earlier key did, it may be a thief's, and what was put there from here counts.
    ///
    /// @return empty if there is none, or none that counts
    /// @throws TrustException.NotSigned if it is by no key of this publisher
    Optional<Channel> find() throws IOException {
        try {
            Optional<String> there =
                    SmallArtifact.get(repository, Tags.ofChannel(name), Channel.ARTIFACT_TYPE);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            Envelope envelope = Envelope.parse(there.get());
            if (isSigned(envelope, folder.keys())) {
                return Optional.of(Channel.parse(envelope));
            }
            for (Envelope statement : folder.statements()) {
                if (isSigned(envelope, PublisherKeys.parse(statement))) {
                    return recorded();
                }
            }
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), "channel " + name, wrong);
        }
        throw new TrustException.NotSigned(
                repository.location(), "channel " + name, "any key of this publisher");
    }

    /// This app's other channels there, as far as this publisher signed them; none where a shelf
    /// does not tell its tags.
    List<Channel> others() throws IOException {
        List<String> tags;
        try {
            tags = repository.tags();
        } catch (TransportException silent) {
            return List.of();
        }
        List<Channel> others = new ArrayList<>();
        for (String tag : tags) {
            Optional<String> other = Tags.channel(tag).filter(word -> !word.equals(name));
            if (other.isPresent()) {
                try {
                    new PublishedChannel(folder, repository, appliance, other.get())
                            .find()
                            .ifPresent(others::add);
                } catch (TrustException notOurs) {
                    // Whoever follows it is told so.
                }
            }
        }
        return others;
    }

    private static boolean isSigned(Envelope envelope, PublisherKeys keys) {
        return keys.channelKeys().stream().anyMatch(envelope::isSignedBy);
    }
}
