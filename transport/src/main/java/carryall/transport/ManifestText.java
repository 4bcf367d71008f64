package carryall.transport;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// Makes a [Manifest] of bytes that came from a shelf.
final class ManifestText {
    static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    static final String INDEX = "application/vnd.oci.image.index.v1+json";
    static final List<String> TYPES = List.of(MANIFEST, INDEX);

    private ManifestText() {}

    /// @param type what the shelf says it is; empty if it does not say
    static Manifest read(String location, Digest digest, byte[] bytes, Optional<String> type)
            throws TransportException {
        if (!Digest.of(bytes).equals(digest)) {
            throw new TransportException.Damaged(location, digest, "its digest is another");
        }
        return read(location, digest.text(), bytes, type);
    }

    static Manifest read(String location, String what, byte[] bytes, Optional<String> type)
            throws TransportException {
        String text = utf8(location, what, bytes);
        try {
            JsonText json = JsonText.parse(text);
            Optional<String> own = json.optionalText("mediaType");
            if (own.isPresent() && type.isPresent() && !own.equals(type)) {
                throw new TransportException.Damaged(
                        location, what, "it says that it is another type of manifest");
            }
            String guessed = json.keys().contains("manifests") ? INDEX : MANIFEST;
            return new Manifest(text, own.or(() -> type).orElse(guessed));
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Damaged(location, what, words(rubbish));
        }
    }

    /// Bytes that are no UTF-8 would not have their digest any more as a text.
    static String utf8(String location, String what, byte[] bytes)
            throws TransportException.Damaged {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException rubbish) {
            throw new TransportException.Damaged(location, what, "it is no UTF-8");
        }
    }

    static String words(IllegalArgumentException fault) {
        return String.valueOf(fault.getMessage());
    }
}
