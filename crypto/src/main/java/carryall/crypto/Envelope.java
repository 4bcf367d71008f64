package carryall.crypto;

import carryall.json.JsonText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A text and signatures of it. What is signed are the text's own bytes, so there are no two ways
/// to write the same: `docs/formats/trust.md`.
///
/// @param signed the text
/// @param signatures at most 16, by any keys; none is believed before it is asked for
public record Envelope(String signed, List<OfKey> signatures) {
    /// The longest text of an envelope: 1 MiB.
    public static final int LARGEST = 1 << 20;

    private static final int MOST_SIGNATURES = 16;

    private static final int LONGEST_SIGNATURE = 128;

    public Envelope {
        signatures = List.copyOf(signatures);
        if (signed.length() > LARGEST) {
            throw new IllegalArgumentException("a text of " + signed.length() + " characters");
        }
        if (signatures.size() > MOST_SIGNATURES) {
            throw new IllegalArgumentException(signatures.size() + " signatures");
        }
    }

    /// A signature that claims to be by a key.
    ///
    /// @param key names it
    /// @param signature DER, in Base64
    public record OfKey(Digest key, String signature) {
        public OfKey {
            if (Base64.getDecoder().decode(signature).length > LONGEST_SIGNATURE) {
                throw new IllegalArgumentException("a signature that is too long");
            }
        }
    }

    /// Signs a text.
    public static Envelope of(String text, List<SigningKey> keys) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        List<OfKey> signatures = new ArrayList<>();
        for (SigningKey key : keys) {
            String signature = Base64.getEncoder().encodeToString(key.sign(bytes));
            signatures.add(new OfKey(key.verifyingKey().id(), signature));
        }
        return new Envelope(text, signatures);
    }

    /// Whether one of the signatures is by a key.
    public boolean isSignedBy(VerifyingKey key) {
        byte[] bytes = signed.getBytes(StandardCharsets.UTF_8);
        for (OfKey each : signatures) {
            if (each.key().equals(key.id())
                    && key.verifies(bytes, Base64.getDecoder().decode(each.signature()))) {
                return true;
            }
        }
        return false;
    }

    /// The JSON text.
    public String text() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("signed", signed);
        List<Object> all = new ArrayList<>();
        for (OfKey each : signatures) {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("key", each.key().text());
            one.put("signature", each.signature());
            all.add(one);
        }
        text.put("signatures", all);
        return JsonText.write(text) + "\n";
    }

    /// Reads the JSON text; no signature is looked at.
    ///
    /// @throws IllegalArgumentException if it is no envelope
    public static Envelope parse(String json) {
        if (json.length() > LARGEST) {
            throw new IllegalArgumentException("an envelope of " + json.length() + " characters");
        }
        JsonText text = JsonText.parse(json);
        String signed = text.text("signed");
        List<OfKey> signatures = new ArrayList<>();
        for (JsonText each : text.objects("signatures")) {
            signatures.add(new OfKey(new Digest(each.text("key")), each.text("signature")));
            each.end();
        }
        text.end();
        return new Envelope(signed, signatures);
    }
}
