package carryall.release;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// What a manifest says of a blob (OCI image-spec, "Content Descriptors").
///
/// @param size in bytes, 0 to 64 MiB
/// @param annotations in the manifest's order; often none
record Descriptor(String mediaType, Digest digest, long size, Map<String, String> annotations) {
    static final long LARGEST = 64 << 20;

    Descriptor {
        annotations = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(annotations));
        if (size < 0 || size > LARGEST) {
            throw new IllegalArgumentException(digest + " of " + size + " bytes");
        }
    }

    Descriptor(String mediaType, Digest digest, long size) {
        this(mediaType, digest, size, Map.of());
    }

    Map<String, Object> text() {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("mediaType", mediaType);
        text.put("digest", digest.text());
        text.put("size", size);
        if (!annotations.isEmpty()) {
            // Always the same bytes: a manifest is named by them.
            text.put("annotations", new TreeMap<>(annotations));
        }
        return text;
    }

    static Descriptor parse(JsonText text) {
        Descriptor descriptor =
                new Descriptor(
                        text.text("mediaType"),
                        new Digest(text.text("digest")),
                        text.number("size"),
                        annotations(text));
        text.end();
        return descriptor;
    }

    static Map<String, String> annotations(JsonText of) {
        Map<String, String> annotations = new LinkedHashMap<>();
        of.optionalObject("annotations")
                .ifPresent(object -> {
                    for (String key : List.copyOf(object.keys())) {
                        annotations.put(key, object.text(key));
                    }
                });
        return annotations;
    }
}
