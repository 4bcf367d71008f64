package carryall.release;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A text under a tag: an OCI artifact of one layer (image-spec, "Guidelines for Artifact Usage").
final class SmallArtifact {
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);
    private static final long LARGEST = 1 << 20;

    private SmallArtifact() {}

    static void put(Repository repository, String tag, String type, String content)
            throws IOException {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        repository.put(Digest.of(EMPTY), Blob.of(EMPTY));
        repository.put(Digest.of(bytes), Blob.of(bytes));
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("schemaVersion", 2L);
        text.put("mediaType", Release.MANIFEST_TYPE);
        text.put("artifactType", type);
        text.put("config", new Descriptor(EMPTY_TYPE, Digest.of(EMPTY), EMPTY.length).text());
        text.put(
                "layers",
                List.of(new Descriptor(type + "+json", Digest.of(bytes), bytes.length).text()));
        repository.put(new Manifest(JsonText.write(text), Release.MANIFEST_TYPE), List.of(tag));
    }

    /// The text that a tag names now; resolved once, so that what is checked is what is used.
    ///
    /// @throws IllegalArgumentException if what is there is of another form
    static Optional<String> get(Repository repository, String tag, String type) throws IOException {
        Optional<Manifest> manifest = repository.resolve(tag);
        if (manifest.isEmpty()) {
            return Optional.empty();
        }
        JsonText text = JsonText.parse(manifest.get().text());
        boolean isOurs =
                text.number("schemaVersion") == 2
                        && text.text("mediaType").equals(Release.MANIFEST_TYPE)
                        && text.text("artifactType").equals(type);
        Descriptor config = Descriptor.parse(text.object("config"));
        List<JsonText> layers = text.objects("layers");
        if (!isOurs || layers.size() != 1) {
            throw new IllegalArgumentException("it is no " + type);
        }
        Descriptor layer = Descriptor.parse(layers.getFirst());
        Descriptor.annotations(text);
        text.end();
        if (!config.mediaType().equals(EMPTY_TYPE)
                || !config.digest().equals(Digest.of(EMPTY))
                || !layer.mediaType().equals(type + "+json")) {
            throw new IllegalArgumentException("it is no " + type);
        }
        if (layer.size() > LARGEST) {
            throw new IllegalArgumentException("it has " + layer.size() + " bytes");
        }
        return Optional.of(
                new String(repository.blob(layer.digest(), layer.size()), StandardCharsets.UTF_8));
    }
}
