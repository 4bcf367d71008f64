package carryall.release;

import carryall.appliance.ApplianceName;
import carryall.crypto.Envelope;
import carryall.crypto.SigningKey;
import carryall.crypto.VerifyingKey;
import carryall.json.JsonText;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Which keys a publisher's channels are signed with, as its root key says: one version of the
/// statement, `docs/formats/trust.md`. The first is signed by its root; each later one by the root
/// of the one before and by its own.
///
/// @param publisher as in the names of its appliances
/// @param version 1 and more, without gaps
/// @param issued when it was signed, by the publisher's clock
/// @param expires when whoever follows it should see another
/// @param root names itself
/// @param channelKeys 1 to 8
public record PublisherKeys(
        String publisher,
        long version,
        Instant issued,
        Instant expires,
        VerifyingKey root,
        List<VerifyingKey> channelKeys) {
    static final String ARTIFACT_TYPE = "application/vnd.carryall.keys.v1";
    private static final String TYPE = "carryall keys";
    private static final int MOST_KEYS = 8;

    public PublisherKeys {
        channelKeys = List.copyOf(channelKeys);
        ApplianceName.parse(publisher + "/app");
        if (version < 1 || channelKeys.isEmpty() || channelKeys.size() > MOST_KEYS) {
            throw new IllegalArgumentException("a statement of keys without version or keys");
        }
    }

    /// The statement, signed.
    ///
    /// @param by its own root, and the root of the statement before
    Envelope signed(List<SigningKey> by) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("type", TYPE);
        text.put("format", 1L);
        text.put("publisher", publisher);
        text.put("version", version);
        text.put("issued", issued.toString());
        text.put("expires", expires.toString());
        text.put("root", root.base64());
        text.put("channelKeys", channelKeys.stream().map(VerifyingKey::base64).toList());
        return Envelope.of(JsonText.write(text), by);
    }

    /// Reads a statement; its signatures are not looked at.
    ///
    /// @throws IllegalArgumentException if it is none
    static PublisherKeys parse(Envelope envelope) {
        JsonText text = JsonText.parse(envelope.signed());
        if (!text.text("type").equals(TYPE) || text.number("format") != 1) {
            throw new IllegalArgumentException("it is no statement of keys");
        }
        PublisherKeys keys =
                new PublisherKeys(
                        text.text("publisher"),
                        text.number("version"),
                        instant(text, "issued"),
                        instant(text, "expires"),
                        new VerifyingKey(text.text("root")),
                        text.texts("channelKeys").stream().map(VerifyingKey::new).toList());
        text.end();
        return keys;
    }

    static Instant instant(JsonText text, String key) {
        try {
            return Instant.parse(text.text(key));
        } catch (DateTimeParseException wrong) {
            throw new IllegalArgumentException(key + " is no time", wrong);
        }
    }
}
