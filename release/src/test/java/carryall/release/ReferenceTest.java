package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class ReferenceTest {
    private static final String DIGEST = "sha256:" + "ab".repeat(32);

    @ParameterizedTest
    @CsvSource({
        "acme.example/librecad:stable, Registry, acme.example, librecad, stable",
        "localhost:5000/acme/librecad, Registry, localhost:5000/acme, librecad,",
        "https://acme.example/shelf/librecad, Web, https://acme.example/shelf, librecad,",
        "http://127.0.0.1:8080/shelf/librecad:2.2.0+b~1, Web, http://127.0.0.1:8080/shelf, librecad, 2.2.0+b~1",
        "/shelf/librecad:2.2.0, Folder, /shelf, librecad, 2.2.0",
        "/a:b/librecad, Folder, /a:b, librecad,",
    })
    void aReferenceSaysShelfAppAndTag(
            String text, String kind, String shelf, String app, String tag) {
        Reference reference = Reference.parse(text);
        assertThat(reference.shelf().getClass().getSimpleName()).isEqualTo(kind);
        assertThat(reference.shelf().text()).isEqualTo(shelf);
        assertThat(reference.app()).isEqualTo(app);
        assertThat(reference.tag()).isEqualTo(Optional.ofNullable(tag));
        assertThat(reference.digest()).isEmpty();
        assertThat(reference).hasToString(text);
        Reference pinned = Reference.parse(text + "@" + DIGEST);
        assertThat(pinned.digest()).contains(new Digest(DIGEST));
        assertThat(pinned.shelf()).isEqualTo(reference.shelf());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "librecad",
                "acme/librecad",
                "acme.example/LibreCAD",
                "acme.example/-x",
                "acme.example/librecad:",
                "acme.example/librecad@sha256:12",
                "acme.example/librecad:a:b",
                "ac me.example/librecad",
                "file:///shelf/librecad\u202e",
            })
    void otherTextsAreNoReferences(String text) {
        assertThatThrownBy(() -> Reference.parse(text))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Reference.isMeant(text)).isFalse();
    }

    @Test
    void aPathIsMeantOnlyIfItLiesOnAShelf(@TempDir Path temp) throws IOException {
        String text = temp.resolve("librecad").toString();
        assertThat(Reference.isMeant(text)).isFalse();
        Files.writeString(temp.resolve("oci-layout"), "{\"imageLayoutVersion\":\"1.0.0\"}");
        assertThat(Reference.isMeant(text)).isTrue();
    }

    @Test
    void versionsAreTagsThatNeverMeanTwo() {
        assertThat(Tags.ofVersion("2.2.0+b~1_x")).isEqualTo("2.2.0_pb_t1__x");
        assertThat(Tags.ofVersion("a_p")).isNotEqualTo(Tags.ofVersion("a+"));
    }

    @Test
    void whatIsFollowedIsReadAsItWasWritten(@TempDir Path temp) throws IOException {
        Subscriptions subscriptions = new Subscriptions(temp.resolve("subscriptions"));
        assertThat(subscriptions.list()).isEmpty();
        Subscription one =
                new Subscription(
                        new ApplianceName("acme", "librecad"),
                        "https://acme.example/shelf",
                        "stable",
                        new Subscription.Settings(
                                Optional.of(Path.of("/ca.pem")),
                                Subscription.Transport.PLAIN_ALLOWED),
                        Optional.empty());
        subscriptions.put(one);
        assertThat(subscriptions.find(one.name())).contains(one);
        Subscription newer =
                one.with(new Subscription.Newest("1", new Digest(DIGEST), new Digest(DIGEST)));
        subscriptions.put(newer);
        assertThat(subscriptions.list()).containsExactly(newer);
        assertThat(newer.reference()).hasToString("https://acme.example/shelf/librecad:stable");
        try (var files = Files.list(temp.resolve("subscriptions"))) {
            Path file = files.findFirst().orElseThrow();
            Files.writeString(file, Files.readString(file).replace("stable", "st\u0000able"));
        }
        assertThatThrownBy(subscriptions::list)
                .isInstanceOf(ReleaseException.SubscriptionDamaged.class);
        assertThat(subscriptions.remove(one.name())).isTrue();
        assertThat(subscriptions.remove(one.name())).isFalse();
    }
}
