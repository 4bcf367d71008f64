package carryall.release;

import carryall.crypto.Digest;
import carryall.crypto.SigningKey;
import carryall.crypto.VerifyingKey;
import carryall.json.JsonText;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The signature of a manifest where `cosign verify --key` looks for it: a manifest at the tag
/// `sha256-….sig`, whose layers are payloads ("simple signing") with the signature as an annotation
/// (cosign, `specs/SIGNATURE_SPEC.md`).
final class CosignSignature {
    private static final String CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";
    private static final String PAYLOAD_TYPE = "application/vnd.dev.cosign.simplesigning.v1+json";
    private static final String SIGNATURE = "dev.cosignproject.cosign/signature";
    private static final String PAYLOAD_KIND = "cosign container image signature";
    private static final int MOST_SIGNATURES = 16;
    private static final long LARGEST_PAYLOAD = 64 << 10;

    private CosignSignature() {}

    /// Signs a manifest that is there. Other signatures of it are replaced.
    ///
    /// @param reference the repository's name for people
    static void put(Repository repository, Digest manifest, String reference, SigningKey key)
            throws IOException {
        Map<String, Object> critical = new LinkedHashMap<>();
        critical.put("identity", Map.of("docker-reference", reference));
        critical.put("image", Map.of("docker-manifest-digest", manifest.text()));
        critical.put("type", PAYLOAD_KIND);
        Map<String, Object> payload = new LinkedHashMap<>();
        payload.put("critical", critical);
        payload.put("optional", Map.of());
        byte[] bytes = JsonText.write(payload).getBytes(StandardCharsets.UTF_8);
        String signature = Base64.getEncoder().encodeToString(key.sign(bytes));

        Map<String, Object> rootfs = new LinkedHashMap<>();
        rootfs.put("type", "layers");
        rootfs.put("diff_ids", List.of(Digest.of(bytes).text()));
        Map<String, Object> image = new LinkedHashMap<>();
        image.put("architecture", "");
        image.put("os", "");
        image.put("config", Map.of());
        image.put("rootfs", rootfs);
        byte[] config = JsonText.write(image).getBytes(StandardCharsets.UTF_8);
        repository.put(Digest.of(bytes), Blob.of(bytes));
        repository.put(Digest.of(config), Blob.of(config));

        Map<String, Object> text = new LinkedHashMap<>();
        text.put("schemaVersion", 2L);
        text.put("mediaType", Release.MANIFEST_TYPE);
        text.put("config", new Descriptor(CONFIG_TYPE, Digest.of(config), config.length).text());
        text.put(
                "layers",
                List.of(
                        new Descriptor(
                                        PAYLOAD_TYPE,
                                        Digest.of(bytes),
                                        bytes.length,
                                        Map.of(SIGNATURE, signature))
                                .text()));
        repository.put(
                new Manifest(JsonText.write(text), Release.MANIFEST_TYPE),
                List.of(Tags.ofSignatures(manifest)));
    }

    /// Whether one of these keys signed a manifest.
    ///
    /// @throws IllegalArgumentException if what is there are no signatures
    static boolean isSigned(Repository repository, Digest manifest, List<VerifyingKey> keys)
            throws IOException {
        Optional<Manifest> found = repository.resolve(Tags.ofSignatures(manifest));
        if (found.isEmpty()) {
            return false;
        }
        List<Descriptor> layers = new ArrayList<>();
        for (JsonText layer : JsonText.parse(found.get().text()).objects("layers")) {
            layers.add(Descriptor.parse(layer));
        }
        if (layers.size() > MOST_SIGNATURES) {
            throw new IllegalArgumentException(layers.size() + " signatures");
        }
        for (Descriptor layer : layers) {
            String signature = layer.annotations().get(SIGNATURE);
            if (signature == null
                    || !layer.mediaType().equals(PAYLOAD_TYPE)
                    || layer.size() > LARGEST_PAYLOAD) {
                continue;
            }
            byte[] payload = repository.blob(layer.digest(), layer.size());
            byte[] der = Base64.getDecoder().decode(signature);
            if (keys.stream().anyMatch(key -> key.verifies(payload, der))
                    && isOf(manifest, payload)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(Digest manifest, byte[] payload) {
        JsonText critical =
                JsonText.parse(new String(payload, StandardCharsets.UTF_8)).object("critical");
        return critical.text("type").equals(PAYLOAD_KIND)
                && critical.object("image").text("docker-manifest-digest").equals(manifest.text());
    }
}
