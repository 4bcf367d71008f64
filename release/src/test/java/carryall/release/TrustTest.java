package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.MemoryShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One test for each attack that TUF names (specification 1.0, "Goals to protect against specific
/// attacks"), and for what may happen to keys.
final class TrustTest {
    private static final Instant BEGIN = Instant.parse("2026-11-24T12:00:00Z");
    private static final ApplianceName NAME = new ApplianceName("acme", "drawing");

    @TempDir private Path temp;
    private final MemoryShelf shelf = new MemoryShelf();
    private final Repository repository = shelf.repository("drawing");
    private PublisherFolder publisher;
    private Pins pins;

    @BeforeEach
    void publishOnce() throws IOException {
        publisher = PublisherFolder.create(temp.resolve("keys"), "acme", at(BEGIN));
        pins = new Pins(temp.resolve("pins"));
        publish("1.0");
    }

    private static Clock at(Instant instant) {
        return Clock.fixed(instant, ZoneOffset.UTC);
    }

    private Channel publish(String version) throws IOException {
        return publish(publisher, version);
    }

    private Channel publish(PublisherFolder by, String version) throws IOException {
        Manifest manifest = new Manifest("{\"version\":\"" + version + "\"}", "text/plain");
        repository.put(manifest, List.of(Tags.ofVersion(version)));
        return new PublishedChannel(by, repository, NAME, "stable")
                .put(
                        new PublishedChannel(by, repository, NAME, "stable").find(),
                        new Channel.Entry(version, manifest.digest(), BEGIN));
    }

    private Trust trust(Instant now) {
        return new Trust(pins, at(now));
    }

    private Trust.Followed look() throws IOException {
        return trust(BEGIN).follow(repository, "drawing", "stable");
    }

    /// Looks, and agrees to what is seen first.
    private Channel follow() throws IOException {
        Trust.Followed followed = look();
        trust(BEGIN).remember(followed);
        return followed.channel();
    }

    /// What is under a tag now.
    private Manifest saved(String tag) throws IOException {
        return repository.resolve(tag).orElseThrow();
    }

    private void serve(String tag, Manifest manifest) throws IOException {
        repository.put(manifest, List.of(tag));
    }

    private void serve(Channel channel, SigningKey by) throws IOException {
        SmallArtifact.put(
                repository, "stable.channel", Channel.ARTIFACT_TYPE, channel.signed(by).text());
    }

    private static Channel with(Channel channel, long sequence, ApplianceName name) {
        return new Channel(
                name,
                channel.name(),
                sequence,
                channel.keysVersion(),
                channel.issued(),
                channel.expires(),
                channel.releases());
    }

    @Test
    void thePublishersNewestIsFollowed() throws IOException {
        Trust.Followed first = look();
        assertThat(first.firstSeen()).contains(publisher.keys().root());
        assertThat(look().firstSeen()).as("looking is not agreeing").isPresent();
        trust(BEGIN).remember(first);
        publish("1.1");
        Trust.Followed second = look();
        assertThat(second.firstSeen()).isEmpty();
        assertThat(second.channel().newest().version()).isEqualTo("1.1");
        trust(BEGIN).checkSigned(repository, second.keys(), second.channel().newest().release());
    }

    @Test
    void arbitrarySoftwareIsRefused() throws IOException {
        Channel followed = follow();
        serve(with(followed, 2, NAME), SigningKey.create());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.NotSigned.class);
        Manifest other = new Manifest("{}", "text/plain");
        repository.put(other, List.of("other"));
        assertThatThrownBy(() ->
                        trust(BEGIN).checkSigned(repository, publisher.keys(), other.digest()))
                .isInstanceOf(TrustException.NotSigned.class);
        CosignSignature.put(repository, other.digest(), "here", SigningKey.create());
        assertThatThrownBy(() ->
                        trust(BEGIN).checkSigned(repository, publisher.keys(), other.digest()))
                .isInstanceOf(TrustException.NotSigned.class);
    }

    @Test
    void aSignatureOfAnotherReleaseIsNone() throws IOException {
        Digest signed = publish("1.1").newest().release();
        Manifest other = new Manifest("{}", "text/plain");
        repository.put(other, List.of("other"));
        serve(Tags.ofSignatures(other.digest()), saved(Tags.ofSignatures(signed)));
        assertThatThrownBy(() ->
                        trust(BEGIN).checkSigned(repository, publisher.keys(), other.digest()))
                .isInstanceOf(TrustException.NotSigned.class);
    }

    @Test
    void rollbackIsRefusedAndNothingForgotten() throws IOException {
        Manifest old = saved("stable.channel");
        publish("1.1");
        assertThat(follow().sequence()).isEqualTo(2);
        Manifest newer = saved("stable.channel");
        serve("stable.channel", old);
        assertThatThrownBy(this::follow)
                .isInstanceOf(TrustException.Older.class)
                .hasMessageContaining("number 2 was seen");
        serve("stable.channel", newer);
        assertThat(follow().sequence()).isEqualTo(2);
    }

    @Test
    void aForkIsRefused() throws IOException {
        Channel one = follow();
        Channel other =
                new Channel(
                        NAME,
                        "stable",
                        one.sequence(),
                        one.keysVersion(),
                        one.issued().plusSeconds(1),
                        one.expires(),
                        one.releases());
        serve(other, publisher.channelKey());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.Forked.class);
    }

    @Test
    void indefiniteFreezeIsReportedWithBothTimes() throws IOException {
        Channel channel = follow();
        Instant late = channel.expires().plusSeconds(60);
        assertThatThrownBy(() -> trust(late).follow(repository, "drawing", "stable"))
                .isInstanceOf(TrustException.Expired.class)
                .hasMessageContaining(late.toString())
                .hasMessageContaining(channel.expires().toString());
        Instant years = BEGIN.plus(Duration.ofDays(30 * 365));
        assertThatThrownBy(() -> trust(years).follow(repository, "drawing", "stable"))
                .isInstanceOf(TrustException.Expired.class)
                .hasMessageContaining("keys");
    }

    @Test
    void aClockThatWasSetBackLosesNothing() throws IOException {
        publish("1.1");
        follow();
        Instant past = BEGIN.minus(Duration.ofDays(365));
        assertThat(trust(past).follow(repository, "drawing", "stable").channel().sequence())
                .isEqualTo(2);
    }

    @Test
    void fastForwardIsRefusedAndANewStatementGoesOn() throws IOException {
        Channel channel = follow();
        serve(with(channel, Long.MAX_VALUE, NAME), publisher.channelKey());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.TooFarForward.class);
        // As far as a thief gets; the root has the last word.
        serve(with(channel, 1 + Trust.LARGEST_STEP, NAME), publisher.channelKey());
        assertThat(follow().sequence()).isEqualTo(1 + Trust.LARGEST_STEP);
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        Channel mended =
                new PublishedChannel(publisher, repository, NAME, "stable")
                        .put(Optional.empty(), channel.newest());
        assertThat(mended.sequence()).isEqualTo(1);
        assertThat(follow()).isEqualTo(mended);
    }

    @Test
    void endlessDataIsCut() throws IOException {
        follow();
        serve(
                "stable.channel",
                new Manifest(
                        saved("stable.channel")
                                .text()
                                .replaceAll("\"size\":[0-9]+", "\"size\":67108864"),
                        Release.MANIFEST_TYPE));
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.Malformed.class);
    }

    @Test
    void mixAndMatchIsRefused() throws IOException {
        Channel channel = follow();
        serve(with(channel, 2, new ApplianceName("acme", "painting")), publisher.channelKey());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.MixedUp.class);
        Channel beta =
                new Channel(
                        NAME,
                        "beta",
                        2,
                        1,
                        channel.issued(),
                        channel.expires(),
                        channel.releases());
        serve(beta, publisher.channelKey());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.MixedUp.class);
        // An old statement's channel beside a new statement.
        publisher.replaceRoot(temp.resolve("keys/root.key"), temp.resolve("new.key"));
        publisher.putStatements(repository);
        serve(with(channel, 3, NAME), publisher.channelKey());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.MixedUp.class);
    }

    @Test
    void wrongSoftwareInstallationIsRefused() throws IOException {
        // Another publisher's whole repository, under the name that was subscribed to.
        follow();
        PublisherFolder other = PublisherFolder.create(temp.resolve("other"), "evil", at(BEGIN));
        Repository theirs = new MemoryShelf().repository("drawing");
        other.putStatements(theirs);
        serve("keys-1", theirs.resolve("keys-1").orElseThrow());
        copyBlobs(theirs, repository, theirs.resolve("keys-1").orElseThrow());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.OtherRoot.class);
    }

    private static void copyBlobs(Repository from, Repository to, Manifest manifest)
            throws IOException {
        Matcher digests =
                Pattern.compile("(sha256:[0-9a-f]{64})\",\"size\":([0-9]+)")
                        .matcher(manifest.text());
        while (digests.find()) {
            Digest digest = new Digest(digests.group(1));
            byte[] bytes = from.blob(digest, Long.parseLong(digests.group(2)));
            to.put(digest, Blob.of(bytes));
        }
    }

    @Test
    void aStolenChannelKeyIsReplacedUnderTheRoot() throws IOException {
        Channel channel = follow();
        SigningKey stolen = publisher.channelKey();
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        publish("1.1");
        assertThat(follow().newest().version()).isEqualTo("1.1");
        serve(
                new Channel(
                        NAME,
                        "stable",
                        9,
                        2,
                        channel.issued(),
                        channel.expires(),
                        channel.releases()),
                stolen);
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.NotSigned.class);
    }

    @Test
    void twoRotationsOfTheRootThatWereMissedAreFollowed() throws IOException {
        follow();
        publisher.replaceRoot(temp.resolve("keys/root.key"), temp.resolve("2.key"));
        publisher.replaceRoot(temp.resolve("2.key"), temp.resolve("3.key"));
        publish("1.1");
        assertThat(follow().newest().version()).isEqualTo("1.1");
        assertThat(pins.find("memory/", "acme").orElseThrow().root())
                .isEqualTo(publisher.keys().root());
    }

    @Test
    void aThiefsRotationAndASkippedOneAreRefused() throws IOException {
        follow();
        SigningKey thief = SigningKey.create();
        PublisherKeys before = publisher.keys();
        PublisherKeys theirs =
                new PublisherKeys(
                        "acme",
                        2,
                        before.issued(),
                        before.expires(),
                        thief.verifyingKey(),
                        List.of(thief.verifyingKey()));
        SmallArtifact.put(
                repository,
                "keys-2",
                PublisherKeys.ARTIFACT_TYPE,
                theirs.signed(List.of(thief)).text());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.OtherRoot.class);
        SigningKey root = SigningKey.read(temp.resolve("keys/root.key"));
        SmallArtifact.put(
                repository,
                "keys-2",
                PublisherKeys.ARTIFACT_TYPE,
                theirs.signed(List.of(root)).text());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.NotSigned.class);
        PublisherKeys skipping =
                new PublisherKeys(
                        "acme",
                        3,
                        before.issued(),
                        before.expires(),
                        root.verifyingKey(),
                        before.channelKeys());
        SmallArtifact.put(
                repository,
                "keys-2",
                PublisherKeys.ARTIFACT_TYPE,
                skipping.signed(List.of(root)).text());
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.MixedUp.class);
    }

    @Test
    void withdrawnStatementsAreNoticed() throws IOException {
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        publish("1.1");
        follow();
        // The shelf was set back to before the rotation.
        Repository past = new MemoryShelf().repository("drawing");
        for (String tag : List.of("keys-1", "stable.channel")) {
            Manifest manifest = saved(tag);
            copyBlobs(repository, past, manifest);
            past.put(manifest, List.of(tag));
        }
        assertThatThrownBy(() -> trust(BEGIN).follow(past, "drawing", "stable"))
                .isInstanceOf(TrustException.Older.class);
    }

    @Test
    void statementsAreRememberedThoughNoChannelIsFollowed() throws IOException {
        follow();
        SigningKey stolen = publisher.channelKey();
        Channel theirs = with(follow(), 2, NAME);
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        publisher.putStatements(repository);
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.NotSigned.class);
        Repository past = new MemoryShelf().repository("drawing");
        copyBlobs(repository, past, saved("keys-1"));
        past.put(saved("keys-1"), List.of("keys-1"));
        SmallArtifact.put(
                past, "stable.channel", Channel.ARTIFACT_TYPE, theirs.signed(stolen).text());
        assertThatThrownBy(() -> trust(BEGIN).follow(past, "drawing", "stable"))
                .isInstanceOf(TrustException.Older.class);
    }

    @Test
    void anExpiredStatementIsReportedUntilItsRootRenewsIt() throws IOException {
        follow();
        Instant late = publisher.keys().expires().plusSeconds(1);
        PublisherFolder later = PublisherFolder.open(temp.resolve("keys"), at(late));
        Channel before =
                new PublishedChannel(later, repository, NAME, "stable").find().orElseThrow();
        assertThat(new PublishedChannel(later, repository, NAME, "stable").isCurrent(before))
                .isFalse();
        new PublishedChannel(later, repository, NAME, "stable")
                .put(Optional.of(before), before.newest());
        assertThatThrownBy(() -> trust(late).follow(repository, "drawing", "stable"))
                .isInstanceOf(TrustException.Expired.class)
                .hasMessageContaining("keys");
        later.renew(temp.resolve("keys/root.key"));
        Channel renewed =
                new PublishedChannel(later, repository, NAME, "stable")
                        .put(Optional.of(before), before.newest());
        assertThat(new PublishedChannel(later, repository, NAME, "stable").isCurrent(renewed))
                .isTrue();
        assertThat(trust(late).follow(repository, "drawing", "stable").channel())
                .isEqualTo(renewed);
    }

    @Test
    void anotherAppOfAPinnedPublisherIsNotAskedAbout() throws IOException {
        follow();
        ApplianceName painting = new ApplianceName("acme", "painting");
        Repository second = shelf.repository("painting");
        publishAnother(publisher, second, painting);
        assertThat(trust(BEGIN).follow(second, "painting", "stable").firstSeen()).isEmpty();
        // Not even with other keys.
        PublisherFolder other = PublisherFolder.create(temp.resolve("other"), "acme", at(BEGIN));
        ApplianceName writing = new ApplianceName("acme", "writing");
        Repository third = shelf.repository("writing");
        publishAnother(other, third, writing);
        assertThatThrownBy(() -> trust(BEGIN).follow(third, "writing", "stable"))
                .isInstanceOf(TrustException.OtherRoot.class)
                .hasMessageContaining(publisher.keys().root().fingerprint())
                .hasMessageContaining(other.keys().root().fingerprint());
        // Another publisher on the same shelf is a first contact.
        PublisherFolder stranger = PublisherFolder.create(temp.resolve("str"), "else", at(BEGIN));
        publishAnother(stranger, shelf.repository("x"), new ApplianceName("else", "x"));
        assertThat(trust(BEGIN).follow(shelf.repository("x"), "x", "stable").firstSeen())
                .contains(stranger.keys().root());
    }

    private static void publishAnother(
            PublisherFolder by, Repository repository, ApplianceName name) throws IOException {
        Manifest manifest = new Manifest("{\"name\":\"" + name + "\"}", "text/plain");
        repository.put(manifest, List.of("1.0"));
        new PublishedChannel(by, repository, name, "stable")
                .put(Optional.empty(), new Channel.Entry("1.0", manifest.digest(), BEGIN));
    }

    @Test
    void nothingThatTwoLookersSawIsLowered() throws IOException {
        Trust.Followed old = look();
        publish("1.1");
        follow();
        trust(BEGIN).remember(old);
        Pins.Pin pin = pins.find("memory/", "acme").orElseThrow();
        assertThat(pin.seen("drawing", "stable").orElseThrow().sequence()).isEqualTo(2);
        publisher.replaceRoot(temp.resolve("keys/root.key"), temp.resolve("new.key"));
        publish("1.2");
        follow();
        trust(BEGIN).remember(old);
        pin = pins.find("memory/", "acme").orElseThrow();
        assertThat(pin.root()).isEqualTo(publisher.keys().root());
        assertThat(pin.keysVersion()).isEqualTo(2);
        assertThat(look().firstSeen()).isEmpty();
    }

    @Test
    void manyLookersAtOnceLeaveTheNewest() throws Exception {
        Trust.Followed one = look();
        try (var lookers = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 1; i <= 50; i++) {
                Pins.Seen seen = new Pins.Seen(i, 1, one.seen().keysDigest());
                // A channel each, and one that all write.
                Pins.Pin pin =
                        one.seen().with("drawing", "c" + i, seen).with("drawing", "all", seen);
                all.add(
                        lookers.submit(() -> {
                            pins.put(pin);
                            return pin;
                        }));
            }
            for (Future<?> each : all) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
        Pins.Pin pin = pins.find("memory/", "acme").orElseThrow();
        assertThat(pin.channels()).hasSize(52);
        assertThat(pin.seen("drawing", "all").orElseThrow().sequence()).isEqualTo(50);
    }

    @Test
    void aDamagedMemoryIsSaidAndNotTakenForNone() throws IOException {
        follow();
        try (var files = Files.walk(temp.resolve("pins"))) {
            for (Path file : files.filter(f -> f.toString().endsWith(".json")).toList()) {
                Files.writeString(file, Files.readString(file).substring(9));
            }
        }
        assertThatThrownBy(this::look)
                .isInstanceOf(ReleaseException.SubscriptionDamaged.class)
                .hasMessageContaining("acme.json");
    }

    @Test
    void aHundredMoreStatementsAreTheMost() throws IOException {
        follow();
        for (int i = 0; i < 101; i++) {
            publisher.renew(temp.resolve("keys/root.key"));
        }
        publisher.putStatements(repository);
        assertThatThrownBy(this::follow).isInstanceOf(TrustException.TooFarForward.class);
    }

    @Test
    void aPublisherWithoutANameIsRefused() throws IOException {
        SigningKey key = SigningKey.create();
        String text =
                "{\"type\":\"carryall keys\",\"format\":1,\"publisher\":\"../evil\",\"version\":1,"
                        + "\"issued\":\"2026-01-01T00:00:00Z\",\"expires\":\"2030-01-01T00:00:00Z\","
                        + "\"root\":\""
                        + key.verifyingKey().base64()
                        + "\",\"channelKeys\":[\""
                        + key.verifyingKey().base64()
                        + "\"]}";
        SmallArtifact.put(
                repository,
                "keys-1",
                PublisherKeys.ARTIFACT_TYPE,
                Envelope.of(text, List.of(key)).text());
        assertThatThrownBy(this::look).isInstanceOf(TrustException.Malformed.class);
    }

    @Test
    void whoLostTheMemoryIsToldAgain() throws IOException {
        follow();
        Files.move(temp.resolve("pins"), temp.resolve("lost"));
        assertThat(look().firstSeen()).isPresent();
    }
}
