package carryall.transport;

import carryall.crypto.Digest;
import java.nio.charset.StandardCharsets;

/// A manifest's exact text; its digest is of these bytes.
///
/// @param text UTF-8, 1 byte to 4 MiB
/// @param mediaType such as `application/vnd.oci.image.manifest.v1+json`
public record Manifest(String text, String mediaType) {
    public Manifest {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("an empty manifest");
        }
    }

    /// What names it.
    public Digest digest() {
        return Digest.of(text.getBytes(StandardCharsets.UTF_8));
    }
}
