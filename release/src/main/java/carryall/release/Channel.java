package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Digest;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.json.JsonText;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A moving name for releases, signed as a whole: `docs/formats/trust.md`.
///
/// @param appliance whose channel it is
/// @param name such as `stable`: 1 to 32 of `a-z0-9-`
/// @param sequence higher with each that is published
/// @param keysVersion of the statement that names the key which signed it
/// @param issued when it was signed, by the publisher's clock
/// @param expires after this, whoever is shown it is perhaps kept from a newer one
/// @param releases the oldest first, the newest last; at most 100
public record Channel(
        ApplianceName appliance,
        String name,
        long sequence,
        long keysVersion,
        Instant issued,
        Instant expires,
        List<Entry> releases) {
    /// How many releases a channel names.
    static final int MOST_RELEASES = 100;

    static final String ARTIFACT_TYPE = "application/vnd.carryall.channel.v1";
    private static final String TYPE = "carryall channel";

    public Channel {
        releases = List.copyOf(releases);
        if (!isName(name)
                || sequence < 1
                || keysVersion < 1
                || releases.isEmpty()
                || releases.size() > MOST_RELEASES) {
            throw new IllegalArgumentException("no channel: " + name + " " + sequence);
        }
    }

    /// A release on a channel.
    ///
    /// @param release digest of its manifest
    /// @param published by the publisher's clock
    public record Entry(String version, Digest release, Instant published) {
        public Entry {
            if (!version.matches("[A-Za-z0-9._+~-]{1,64}")) {
                throw new IllegalArgumentException("'" + version + "' is not a version");
            }
        }
    }

    /// Whether a channel can have a name: 1 to 32 of `a-z0-9-`, not starting with `-`.
    public static boolean isName(String text) {
        return text.matches("[a-z0-9][a-z0-9-]{0,31}");
    }

    /// What the channel means now.
    public Entry newest() {
        return releases.getLast();
    }

    /// The newest one of a version.
    public Optional<Entry> find(String version) {
        return releases.reversed().stream()
                .filter(entry -> entry.version().equals(version))
                .findFirst();
    }

    Envelope signed(SigningKey by) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("type", TYPE);
        text.put("format", 1L);
        text.put("appliance", appliance.toString());
        text.put("channel", name);
        text.put("sequence", sequence);
        text.put("keysVersion", keysVersion);
        text.put("issued", issued.toString());
        text.put("expires", expires.toString());
        List<Object> all = new ArrayList<>();
        for (Entry entry : releases) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("version", entry.version());
            one.put("release", entry.release().text());
            one.put("published", entry.published().toString());
            all.add(one);
        }
        text.put("releases", all);
        return Envelope.of(JsonText.write(text), List.of(by));
    }

    /// Reads a channel; its signature is not looked at.
    ///
    /// @throws IllegalArgumentException if it is none
    static Channel parse(Envelope envelope) {
        JsonText text = JsonText.parse(envelope.signed());
        if (!text.text("type").equals(TYPE) || text.number("format") != 1) {
            throw new IllegalArgumentException("it is no channel");
        }
        List<Entry> releases = new ArrayList<>();
        for (JsonText each : text.objects("releases")) {
            releases.add(
                    new Entry(
                            each.text("version"),
                            new Digest(each.text("release")),
                            PublisherKeys.instant(each, "published")));
            each.end();
        }
        Channel channel =
                new Channel(
                        ApplianceName.parse(text.text("appliance")),
                        text.text("channel"),
                        text.number("sequence"),
                        text.number("keysVersion"),
                        PublisherKeys.instant(text, "issued"),
                        PublisherKeys.instant(text, "expires"),
                        releases);
        text.end();
        return channel;
    }
}
