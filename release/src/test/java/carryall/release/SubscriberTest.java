package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.appliance.Appliances;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a user follows, and what stays here because of that.
final class SubscriberTest {
    private static final Subscription.Settings OWN_CA =
            new Subscription.Settings(
                    Optional.of(Path.of("/etc/ca.pem")), Subscription.Transport.TLS);

    @TempDir private Path temp;
    private Subscriber subscriber =
            new Subscriber(Path.of(""), new Appliances(Path.of("")), Map.of(), Clock.systemUTC());

    @BeforeEach
    void makeShelf() throws IOException {
        PublisherFolder keys =
                PublisherFolder.create(temp.resolve("keys"), "acme", Clock.systemUTC());
        Appliances built = new Appliances(temp.resolve("publisher/appliances"));
        for (String version : List.of("1.0", "1.1")) {
            new Publisher(temp.resolve("publisher"), built, keys, Map.of(), Clock.systemUTC())
                    .publish(
                            Builds.build(built, version, Builds.content(1, 100_000)),
                            new Reference.ShelfAddress.Folder(temp.resolve("shelf")),
                            Subscription.Settings.USUAL,
                            "stable",
                            new Publisher.ShortWays(0, List.of()),
                            3,
                            Builds.QUIET);
        }
        subscriber =
                new Subscriber(
                        temp.resolve("user"),
                        new Appliances(temp.resolve("user/appliances")),
                        Map.of(),
                        Clock.systemUTC());
    }

    private Subscriber.Offer look(String tag, Subscription.Settings said) throws IOException {
        Subscriber.Offer offer =
                subscriber.look(Reference.parse(temp.resolve("shelf/drawing") + tag), said);
        subscriber.agree(offer);
        return offer;
    }

    private void fetch(Subscriber.Offer offer) throws IOException {
        try (Fetching fetching = subscriber.fetch(offer)) {
            fetching.finish(FetchListener.SILENT);
        }
        subscriber.arrived(offer);
    }

    @Test
    void anEarlierVersionDoesNotTakeTheNewestsPlace() throws IOException {
        Subscriber.Offer newest = look("", Subscription.Settings.USUAL);
        subscriber.follow(newest);
        fetch(newest);
        fetch(look(":1.0", Subscription.Settings.USUAL));
        assertThat(subscriber.subscriptions().find(newest.name()).orElseThrow().newest())
                .map(Subscription.Newest::version)
                .contains("1.1");
    }

    @Test
    void howAShelfIsReachedIsSaidOnce() throws IOException {
        fetch(look("", OWN_CA));
        assertThat(look(":1.0", Subscription.Settings.USUAL).settings()).isEqualTo(OWN_CA);
        Subscription followed = subscriber.follow(look("", Subscription.Settings.USUAL));
        assertThat(followed.settings()).isEqualTo(OWN_CA);
        assertThat(subscriber.look(followed).settings()).isEqualTo(OWN_CA);
        assertThat(subscriber.unfollow(followed.name())).isTrue();
        assertThat(subscriber.unfollow(followed.name())).isFalse();
        assertThat(look("", Subscription.Settings.USUAL).settings())
                .isEqualTo(Subscription.Settings.USUAL);
    }
}
