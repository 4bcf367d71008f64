package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.crypto.VerifyingKey;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/// Where a publisher keeps its keys: the statements `keys-1.json`, `keys-2.json`, …, the channel
/// key `channel.key` that signs releases, and, until it is moved to where no network is, the root
/// key `root.key` that signs the statements. Below `channels` is what it last put on each channel.
public final class PublisherFolder {
    /// Where the root key is made.
    public static final String ROOT = "root.key";

    private static final String CHANNEL = "channel.key";
    private static final Duration KEYS_LAST = Duration.ofDays(2 * 365);

    private final Path folder;
    private final Clock clock;

    private PublisherFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /// Makes both keys and the first statement: beside, so that a folder with that name has all of
    /// them. Killed, it leaves a folder whose name begins with a dot, which does not count.
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
        Path all = Objects.requireNonNull(folder.toAbsolutePath().getParent());
        Files.createDirectories(all);
        Path beside = Files.createDirectory(all.resolve("." + UUID.randomUUID()));
        SigningKey root = SigningKey.create();
        SigningKey channel = SigningKey.create();
        root.write(beside.resolve(ROOT));
        channel.write(beside.resolve(CHANNEL));
        PublisherFolder created = new PublisherFolder(beside, clock);
        created.write(created.keys(publisher, 1, root, channel.verifyingKey()), List.of(root));
        try {
            Durable.rename(beside, folder);
        } catch (FileSystemException failed) {
            if (Files.exists(folder)) {
                throw new ReleaseException.KeysThere(folder);
            }
            throw failed;
        }
        return new PublisherFolder(folder, clock);
    }

    /// The folders of all publishers that have keys here.
    ///
    /// @param folder in which they are; need not be there
    public static List<Path> all(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> found = Files.list(folder)) {
            return found.filter(each -> !each.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        }
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

    Instant now() {
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

    List<Envelope> statements() throws IOException {
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
}
