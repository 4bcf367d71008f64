package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.json.JsonText;
import carryall.transport.Manifest;
import carryall.transport.MemoryShelf;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whatever byte of a document a shelf changes, nobody is told other than the publisher said. Seeds
/// are fixed; a mutant that fails names its own.
final class MutantTest {
    private static final int MUTANTS = 10_000;
    private static final Clock CLOCK =
            Clock.fixed(Instant.parse("2026-11-24T12:00:00Z"), ZoneOffset.UTC);

    @TempDir private Path temp;
    private final Repository repository = new MemoryShelf().repository("drawing");
    private PublisherFolder publisher;
    private Channel channel;

    @BeforeEach
    void publish() throws IOException {
        publisher = PublisherFolder.create(temp.resolve("keys"), "acme", CLOCK);
        publisher.replaceChannelKey(temp.resolve("keys/root.key"));
        Manifest manifest = new Manifest("{}", "text/plain");
        repository.put(manifest, List.of("1.0"));
        channel =
                new PublishedChannel(
                                publisher,
                                repository,
                                new ApplianceName("acme", "drawing"),
                                "stable")
                        .put(
                                Optional.empty(),
                                new Channel.Entry("1.0", manifest.digest(), CLOCK.instant()));
    }

    private static String mutant(String text, SplittableRandom random) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        int at = random.nextInt(bytes.length);
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /// Looks at a repository in which the text under one tag is another, until all mutants were.
    private void look(String tag, String type) throws IOException {
        String text = SmallArtifact.get(repository, tag, type).orElseThrow();
        Trust trust = new Trust(new Pins(temp.resolve("pins")), CLOCK);
        Trust.Followed real = trust.follow(repository, "drawing", "stable");
        SplittableRandom random = new SplittableRandom(7);
        int refused = 0;
        for (int i = 0; i < MUTANTS; i++) {
            String mutant = mutant(text, random);
            Repository served = OtherContent.of(repository, tag, type, mutant);
            try {
                Trust.Followed followed = trust.follow(served, "drawing", "stable");
                // Only of what nobody signed, such as the last line's end.
                assertThat(followed.channel())
                        .as("mutant %d of %s", i, tag)
                        .isEqualTo(real.channel());
                assertThat(followed.keys()).as("mutant %d of %s", i, tag).isEqualTo(real.keys());
                assertThat(Envelope.parse(mutant).signed())
                        .isEqualTo(Envelope.parse(text).signed());
            } catch (TrustException asItShould) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(MUTANTS * 95 / 100);
    }

    @Test
    void noMutantOfAChannelIsFollowed() throws IOException {
        look("stable.channel", Channel.ARTIFACT_TYPE);
    }

    @Test
    void noMutantOfAFirstStatementIsFollowed() throws IOException {
        look("keys-1", PublisherKeys.ARTIFACT_TYPE);
    }

    @Test
    void noMutantOfALaterStatementIsFollowed() throws IOException {
        look("keys-2", PublisherKeys.ARTIFACT_TYPE);
    }

    @Test
    void noMutantOfASignatureCounts() throws IOException {
        Digest release = channel.newest().release();
        String tag = Tags.ofSignatures(release);
        Manifest real = repository.resolve(tag).orElseThrow();
        Descriptor layer =
                Descriptor.parse(JsonText.parse(real.text()).objects("layers").getFirst());
        String payload =
                new String(repository.blob(layer.digest(), layer.size()), StandardCharsets.UTF_8);
        SplittableRandom random = new SplittableRandom(8);
        for (int i = 0; i < MUTANTS; i++) {
            // As if the repository checked no digest.
            Repository served =
                    new OtherContent(
                            repository, tag, real, layer.digest(), mutant(payload, random));
            assertThat(isSigned(served, release)).as("mutant %d of the payload", i).isFalse();
        }
    }

    private boolean isSigned(Repository served, Digest release) throws IOException {
        try {
            return CosignSignature.isSigned(served, release, publisher.keys().channelKeys());
        } catch (IllegalArgumentException refused) {
            return false;
        }
    }
}
