package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.ApplianceName;
import carryall.crypto.CryptoException;
import carryall.crypto.Digest;
import carryall.crypto.SigningKey;
import carryall.crypto.VerifyingKey;
import carryall.transport.FolderShelf;
import carryall.transport.Manifest;
import carryall.transport.MemoryShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PublisherFolderTest {
    private static final Instant NOW = Instant.parse("2026-11-24T12:00:00Z");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final ApplianceName NAME = new ApplianceName("acme", "drawing");

    @TempDir private Path temp;
    private final Repository repository = new MemoryShelf().repository("drawing");
    private PublisherFolder publisher;

    @BeforeEach
    void makeKeys() throws IOException {
        publisher = PublisherFolder.create(temp.resolve("keys"), "acme", CLOCK);
    }

    private Channel publish(Repository on, String version) throws IOException {
        Manifest manifest = new Manifest("{\"version\":\"" + version + "\"}", "text/plain");
        on.put(manifest, List.of(Tags.ofVersion(version)));
        return new PublishedChannel(publisher, on, NAME, "stable")
                .put(
                        new PublishedChannel(publisher, on, NAME, "stable").find(),
                        new Channel.Entry(version, manifest.digest(), NOW));
    }

    private static List<String> versions(Channel channel) {
        return channel.releases().stream().map(Channel.Entry::version).toList();
    }

    @Test
    void keysLieWhereOnlyTheirOwnerReads() throws IOException {
        for (String name : List.of("root.key", "channel.key")) {
            Path file = temp.resolve("keys").resolve(name);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
        assertThat(VerifyingKey.ofPem(Files.readString(temp.resolve("keys/channel.pub"))))
                .isEqualTo(publisher.channelKey().verifyingKey());
        assertThat(VerifyingKey.ofPem(Files.readString(temp.resolve("keys/root.pub"))))
                .isEqualTo(publisher.keys().root());
        assertThatThrownBy(() -> PublisherFolder.create(temp.resolve("keys"), "acme", CLOCK))
                .isInstanceOf(ReleaseException.KeysThere.class);
        Files.setPosixFilePermissions(
                temp.resolve("keys/channel.key"), PosixFilePermissions.fromString("rw-r--r--"));
        assertThatThrownBy(publisher::channelKey).isInstanceOf(CryptoException.KeyOpen.class);
    }

    /// Ends the making of keys where they are all there but the statement.
    private static Clock killing(Path folder) {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                return this;
            }

            @Override
            public Instant instant() {
                throw new IllegalStateException("killed; its folder: " + Files.exists(folder));
            }
        };
    }

    @Test
    void keysWhoseMakingWasKilledDoNotCountAndAreMadeAgain() throws IOException {
        Path keys = temp.resolve("all/other");
        assertThatThrownBy(() -> PublisherFolder.create(keys, "other", killing(keys)))
                .hasMessage("killed; its folder: false");
        assertThat(PublisherFolder.all(temp.resolve("all"))).isEmpty();
        assertThat(PublisherFolder.all(temp.resolve("none"))).isEmpty();
        PublisherFolder made = PublisherFolder.create(keys, "other", CLOCK);
        assertThat(made.folder()).isEqualTo(keys);
        assertThat(made.channelKey().verifyingKey())
                .isEqualTo(made.keys().channelKeys().getFirst());
        assertThat(PublisherFolder.all(temp.resolve("all"))).containsExactly(keys);
    }

    @Test
    void aReplacedChannelKeySignsWhatTheOldOneSigned() throws IOException {
        publish(repository, "1.0");
        publish(repository, "1.1");
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        Channel after = publish(repository, "1.2");
        assertThat(versions(after)).containsExactly("1.0", "1.1", "1.2");
        for (Channel.Entry entry : after.releases()) {
            assertThat(
                            CosignSignature.isSigned(
                                    repository, entry.release(), publisher.keys().channelKeys()))
                    .as(entry.version())
                    .isTrue();
        }
    }

    @Test
    void whatAThiefPutOnTheChannelIsNotTakenOver() throws IOException {
        Channel ours = publish(repository, "1.0");
        SigningKey stolen = publisher.channelKey();
        List<Channel.Entry> releases = new ArrayList<>(ours.releases());
        releases.add(new Channel.Entry("6.6", Digest.of(new byte[] {6}), NOW));
        Channel theirs = new Channel(NAME, "stable", 999_999, 1, NOW, ours.expires(), releases);
        SmallArtifact.put(
                repository, "stable.channel", Channel.ARTIFACT_TYPE, theirs.signed(stolen).text());
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        Channel mended = publish(repository, "1.1");
        assertThat(versions(mended)).containsExactly("1.0", "1.1");
        assertThat(mended.sequence()).isEqualTo(1);
    }

    @Test
    void aShelfThatLostItsChannelIsNotCountedAnew() throws IOException {
        publish(repository, "1.0");
        assertThat(publish(repository, "1.1").sequence()).isEqualTo(2);
        SmallArtifact.put(repository, "stable.channel", "text/plain", "{}");
        assertThatThrownBy(() -> publish(repository, "1.2"))
                .isInstanceOf(TrustException.Malformed.class);
        Channel.Entry entry = new Channel.Entry("1.2", Digest.of(new byte[0]), NOW);
        assertThat(
                        new PublishedChannel(publisher, repository, NAME, "stable")
                                .put(Optional.empty(), entry)
                                .sequence())
                .isEqualTo(3);
    }

    @Test
    void anotherPublishersChannelIsNotReplaced() throws IOException {
        publish(repository, "1.0");
        PublisherFolder other = PublisherFolder.create(temp.resolve("other"), "acme", CLOCK);
        assertThatThrownBy(() -> new PublishedChannel(other, repository, NAME, "stable").find())
                .isInstanceOf(TrustException.NotSigned.class);
        assertThatThrownBy(() -> other.putStatements(repository))
                .isInstanceOf(TrustException.Forked.class);
    }

    @Test
    void onlyTheRootKeyReplacesKeys() throws IOException {
        Path channel = temp.resolve("keys/channel.key");
        assertThatThrownBy(() -> publisher.replaceChannelKey(channel))
                .isInstanceOf(ReleaseException.OtherKey.class);
        assertThatThrownBy(() -> publisher.replaceRoot(channel, temp.resolve("new")))
                .isInstanceOf(ReleaseException.OtherKey.class);
        assertThatThrownBy(() -> publisher.renew(channel))
                .isInstanceOf(ReleaseException.OtherKey.class);
        assertThat(publisher.keys().version()).isEqualTo(1);
    }

    @Test
    void aFoldersPathIsNotTold() throws IOException {
        FolderShelf folder = new FolderShelf(temp.resolve("secret-place"));
        folder.create();
        publish(folder.repository("drawing"), "1.0");
        try (var files = Files.walk(temp.resolve("secret-place"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.UTF_8))
                        .doesNotContain("secret-place");
            }
        }
    }

    @Test
    void noTwoThingsHaveOneTag() {
        assertThat(Tags.ofVersion("2.2.0+b~1")).isEqualTo("2.2.0_pb_t1");
        List<String> versions =
                List.of(
                        "1.0",
                        "1_p0",
                        "1+0",
                        "1~0",
                        "1_t0",
                        "1__0",
                        "1_+0",
                        "1_0",
                        "keys-1",
                        "_vkeys-1",
                        "stable.channel",
                        "_vstable.channel",
                        "-1",
                        ".1",
                        "_.1",
                        "sha256-ab.sig");
        assertThat(versions.stream().map(Tags::ofVersion).distinct())
                .hasSize(versions.size())
                .allMatch(tag -> tag.matches("[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}"))
                .doesNotContain(Tags.ofKeys(1), Tags.ofChannel("stable"));
    }
}
