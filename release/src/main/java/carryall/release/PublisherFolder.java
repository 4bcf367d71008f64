package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.crypto.VerifyingKey;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Where a publisher keeps its keys: the statements `keys-1.json`, `keys-2.json`, …, the channel
/// key `channel.key` that signs releases, and, until it is moved to where no network is, the root
/// key `root.key` that signs the statements. Below `channels` is what it last put on each channel.
public final class PublisherFolder {
    /// Where the root key is made.
    public static final String ROOT = "root.key";

    private static final String CHANNEL = "channel.key";
    private static final Duration KEYS_LAST = Duration.ofDays(2 * 365);
    private static final Duration CHANNEL_LASTS = Duration.ofDays(180);

    private final Path folder;
    private final Clock clock;

    private PublisherFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// Makes both keys and the first statement.
    ///
    /// @param folder not there yet
    /// @param publisher as in the names of its appliances
    public static PublisherFolder create(Path folder, String publisher, Clock clock)
            throws IOException {
        // Refuses a name that no appliance could have.
        new ApplianceName(publisher, "app");
        if (Files.exists(folder)) {
            throw new ReleaseException.KeysThere(folder);
        }
        Files.createDirectories(folder);
        SigningKey root = SigningKey.create();
        SigningKey channel = SigningKey.create();
        root.write(folder.resolve(ROOT));
        channel.write(folder.resolve(CHANNEL));
        PublisherFolder created = new PublisherFolder(folder, clock);
        created.write(created.keys(publisher, 1, root, channel.verifyingKey()), List.of(root));
        return created;
    }

    /// Opens what [#create] made.
    ///
    /// @throws ReleaseException.KeysMissing if there are no keys
    public static PublisherFolder open(Path folder, Clock clock) throws IOException {
        if (!Files.exists(folder.resolve("keys-1.json"))) {
            throw new ReleaseException.KeysMissing(folder);
        }
        return new PublisherFolder(folder, clock);
    }

    private PublisherKeys keys(
            String publisher, long version, SigningKey root, VerifyingKey channel) {
        Instant now = now();
        return new PublisherKeys(
                publisher,
                version,
                now,
                now.plus(KEYS_LAST),
                root.verifyingKey(),
                List.of(channel));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    private void write(PublisherKeys keys, List<SigningKey> by) throws IOException {
        // For cosign and for people.
        Durable.replace(folder.resolve("root.pub"), keys.root().pem());
        Durable.replace(folder.resolve("channel.pub"), keys.channelKeys().getFirst().pem());
        Durable.replace(
                folder.resolve(Tags.ofKeys(keys.version()) + ".json"), keys.signed(by).text());
    }

    /// Where it is.
    public Path folder() {
        return folder;
    }

    /// The newest statement.
    public PublisherKeys keys() throws IOException {
        return PublisherKeys.parse(statements().getLast());
    }

    private List<Envelope> statements() throws IOException {
        List<Envelope> all = new ArrayList<>();
        for (long version = 1; ; version++) {
            Path file = folder.resolve(Tags.ofKeys(version) + ".json");
            if (!Files.exists(file)) {
                return all;
            }
            try {
                all.add(Envelope.parse(Files.readString(file)));
            } catch (IllegalArgumentException wrong) {
                throw new ReleaseException.SubscriptionDamaged(file, wrong);
            }
        }
    }

    /// Replaces the channel key, lost or stolen: a new one, and a statement that names only it.
    ///
    /// @param root where the root key is
    public PublisherKeys replaceChannelKey(Path root) throws IOException {
        PublisherKeys before = keys();
        SigningKey rootKey = rootOf(before, root);
        SigningKey channel = SigningKey.create();
        PublisherKeys next =
                keys(before.publisher(), before.version() + 1, rootKey, channel.verifyingKey());
        replaceKey(channel);
        write(next, List.of(rootKey));
        return next;
    }

    private void replaceKey(SigningKey channel) throws IOException {
        Path file = folder.resolve(CHANNEL);
        Path beside = folder.resolve(CHANNEL + ".new");
        Files.deleteIfExists(beside);
        channel.write(beside);
        if (Files.exists(file)) {
            Files.move(
                    file,
                    folder.resolve(CHANNEL + ".old"),
                    java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(beside, file);
    }

    /// Replaces the root: a new one, and a statement that the old and the new sign.
    ///
    /// @param oldRoot where the old root key is
    /// @param newRoot where the new one is written; not there yet
    public PublisherKeys replaceRoot(Path oldRoot, Path newRoot) throws IOException {
        PublisherKeys before = keys();
        SigningKey old = rootOf(before, oldRoot);
        SigningKey root = SigningKey.create();
        root.write(newRoot);
        PublisherKeys next =
                keys(before.publisher(), before.version() + 1, root, channelKey().verifyingKey());
        write(next, List.of(old, root));
        return next;
    }

    /// Says the same again, for two more years.
    ///
    /// @param root where the root key is
    public PublisherKeys renew(Path root) throws IOException {
        PublisherKeys before = keys();
        SigningKey rootKey = rootOf(before, root);
        PublisherKeys next =
                keys(
                        before.publisher(),
                        before.version() + 1,
                        rootKey,
                        channelKey().verifyingKey());
        write(next, List.of(rootKey));
        return next;
    }

    private static SigningKey rootOf(PublisherKeys keys, Path file) throws IOException {
        SigningKey root = SigningKey.read(file);
        if (!root.verifyingKey().equals(keys.root())) {
            throw new ReleaseException.OtherKey(file, keys.root());
        }
        return root;
    }

    /// The key that signs channels and releases.
    ///
    /// @throws ReleaseException.OtherKey if the newest statement does not name it
    public SigningKey channelKey() throws IOException {
        Path file = folder.resolve(CHANNEL);
        SigningKey key = SigningKey.read(file);
        PublisherKeys keys = keys();
        if (!keys.channelKeys().contains(key.verifyingKey())) {
            throw new ReleaseException.OtherKey(file, keys.channelKeys().getFirst());
        }
        return key;
    }

    /// Puts the statements on a shelf where they are not there yet.
    public void putStatements(Repository repository) throws IOException {
        List<Envelope> all = statements();
        for (int i = 0; i < all.size(); i++) {
            String tag = Tags.ofKeys(i + 1L);
            Optional<String> there;
            try {
                there = SmallArtifact.get(repository, tag, PublisherKeys.ARTIFACT_TYPE);
            } catch (IllegalArgumentException wrong) {
                throw new TrustException.Malformed(repository.location(), tag, wrong);
            } catch (TransportException.Missing notYet) {
                there = Optional.empty();
            }
            if (there.isEmpty()) {
                SmallArtifact.put(repository, tag, PublisherKeys.ARTIFACT_TYPE, all.get(i).text());
            } else if (!there.get().equals(all.get(i).text())) {
                throw new TrustException.Forked(repository.location(), "statement of keys", i + 1L);
            }
        }
    }

    /// Signs a release and puts it on a channel, as its newest. Releases that an earlier key signed
    /// are signed anew, because followers believe the newest statement alone.
    ///
    /// @param before the channel as [#channel] found it
    public Channel putOnChannel(
            Repository repository,
            ApplianceName appliance,
            String channel,
            Optional<Channel> before,
            Channel.Entry entry)
            throws IOException {
        SigningKey key = channelKey();
        PublisherKeys keys = keys();
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
                        channel,
                        1 + lastSequence(repository, channel, before, keys),
                        keys.version(),
                        now(),
                        now().plus(CHANNEL_LASTS),
                        releases);
        String text = next.signed(key).text();
        boolean isNewEra = before.isPresent() && before.get().keysVersion() < keys.version();
        for (Channel.Entry each : isNewEra ? releases : List.of(entry)) {
            sign(repository, appliance, each.release(), keys, key);
        }
        Durable.replace(record(repository, channel), text);
        // Last and close together: in between, followers find a channel of another statement.
        putStatements(repository);
        SmallArtifact.put(repository, Tags.ofChannel(channel), Channel.ARTIFACT_TYPE, text);
        return next;
    }

    /// Each statement counts anew, so that a thief of an earlier key has not used the numbers up.
    private long lastSequence(
            Repository repository, String channel, Optional<Channel> before, PublisherKeys keys)
            throws IOException {
        return Stream.of(before, recorded(repository, channel))
                .flatMap(Optional::stream)
                .filter(one -> one.keysVersion() == keys.version())
                .mapToLong(Channel::sequence)
                .max()
                .orElse(0);
    }

    private static void sign(
            Repository repository,
            ApplianceName appliance,
            Digest release,
            PublisherKeys keys,
            SigningKey key)
            throws IOException {
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
    public boolean isCurrent(Channel channel) throws IOException {
        return channel.keysVersion() == keys().version()
                && now().plus(CHANNEL_LASTS.dividedBy(2)).isBefore(channel.expires());
    }

    private Path record(Repository repository, String channel) {
        String place = repository.location() + ":" + channel;
        String name = Digest.of(place.getBytes(StandardCharsets.UTF_8)).hex();
        return folder.resolve("channels").resolve(name.substring(0, 32) + ".json");
    }

    /// What was last put on a channel from here.
    private Optional<Channel> recorded(Repository repository, String channel) throws IOException {
        Path file = record(repository, channel);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Channel.parse(Envelope.parse(Files.readString(file))));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.SubscriptionDamaged(file, wrong);
        }
    }

    /// The channel to go on from: as it is on a shelf, if a key of the newest statement signed it.
    /// If an earlier key did, it may be a thief's, and what was put there from here counts.
    ///
    /// @return empty if there is none, or none that counts
    /// @throws TrustException.NotSigned if it is by no key of this publisher
    public Optional<Channel> channel(Repository repository, String channel) throws IOException {
        try {
            Optional<String> there =
                    SmallArtifact.get(repository, Tags.ofChannel(channel), Channel.ARTIFACT_TYPE);
            if (there.isEmpty()) {
                return Optional.empty();
            }
            Envelope envelope = Envelope.parse(there.get());
            if (isSigned(envelope, keys())) {
                return Optional.of(Channel.parse(envelope));
            }
            for (Envelope statement : statements()) {
                if (isSigned(envelope, PublisherKeys.parse(statement))) {
                    return recorded(repository, channel);
                }
            }
        } catch (IllegalArgumentException wrong) {
            throw new TrustException.Malformed(repository.location(), "channel " + channel, wrong);
        }
        throw new TrustException.NotSigned(
                repository.location(), "channel " + channel, "any key of this publisher");
    }

    private static boolean isSigned(Envelope envelope, PublisherKeys keys) {
        return keys.channelKeys().stream().anyMatch(envelope::isSignedBy);
    }
}
