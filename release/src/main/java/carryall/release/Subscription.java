package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a user follows: an appliance's channel on a shelf.
///
/// @param name as the publisher calls it
/// @param shelf where it lies, as people write it
/// @param channel which of its channels
/// @param settings how the shelf is reached
/// @param newest the newest release that was seen and whole
public record Subscription(
        ApplianceName name,
        String shelf,
        String channel,
        Settings settings,
        Optional<Newest> newest) {
    private static final long FORMAT = 1;

    /// How a shelf is reached, if not as usual.
    ///
    /// @param ca a file of more authorities
    /// @param plainHttp whether TLS may be missing
    public record Settings(Optional<Path> ca, Transport plainHttp) {
        /// TLS, and nobody trusted but whom the JDK trusts.
        public static final Settings USUAL = new Settings(Optional.empty(), Transport.TLS);
    }

    /// What a shelf may be spoken to with.
    public enum Transport {
        /// TLS; on loopback also without.
        TLS,
        /// Also without TLS.
        PLAIN_ALLOWED
    }

    /// A release.
    ///
    /// @param release digest of its manifest
    /// @param appliance what it is on this host
    public record Newest(String version, Digest release, Digest appliance) {}

    /// The same with another newest release.
    public Subscription with(Newest other) {
        return new Subscription(name, shelf, channel, settings, Optional.of(other));
    }

    /// Which shelf and repository it is.
    public Reference reference() {
        return new Reference(
                Reference.ShelfAddress.parse(shelf),
                name.app(),
                Optional.of(channel),
                Optional.empty());
    }

    String text() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("name", name.toString());
        text.put("shelf", shelf);
        text.put("channel", channel);
        settings.ca().ifPresent(ca -> text.put("ca", ca.toString()));
        if (settings.plainHttp() == Transport.PLAIN_ALLOWED) {
            text.put("transport", "plain");
        }
        newest.ifPresent(last -> {
            Map<String, Object> object = new LinkedHashMap<>();
            object.put("version", last.version());
            object.put("release", last.release().text());
            object.put("appliance", last.appliance().text());
            text.put("newest", object);
        });
        return JsonText.write(text) + "\n";
    }

    static Subscription parse(String content) {
        JsonText text = JsonText.parse(content);
        if (text.number("format") != FORMAT) {
            throw new IllegalArgumentException("a format that this Carryall does not know");
        }
        ApplianceName name = ApplianceName.parse(text.text("name"));
        String shelf = text.text("shelf");
        String channel = text.text("channel");
        Settings settings =
                new Settings(
                        text.optionalText("ca").map(Path::of),
                        text.optionalText("transport").isPresent()
                                ? Transport.PLAIN_ALLOWED
                                : Transport.TLS);
        Optional<Newest> newest =
                text.optionalObject("newest")
                        .map(object -> {
                            Newest one =
                                    new Newest(
                                            object.text("version"),
                                            new Digest(object.text("release")),
                                            new Digest(object.text("appliance")));
                            object.end();
                            return one;
                        });
        text.end();
        return new Subscription(name, shelf, channel, settings, newest);
    }
}
