package carryall.transport;

import carryall.crypto.Digest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

/// What tests put on shelves.
final class Samples {
    private Samples() {}

    static byte[] bytes(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String descriptor(String type, byte[] bytes) {
        return "{\"mediaType\":\""
                + type
                + "\",\"digest\":\""
                + Digest.of(bytes)
                + "\",\"size\":"
                + bytes.length
                + "}";
    }

    /// A manifest of a configuration and one pack, of types that no tool knows.
    static Manifest manifest(byte[] config, byte[] pack) {
        return new Manifest(
                "{\"schemaVersion\":2,\"mediaType\":\""
                        + ManifestText.MANIFEST
                        + "\",\"config\":"
                        + descriptor("application/vnd.carryall.sample.v1+json", config)
                        + ",\"layers\":["
                        + descriptor("application/vnd.carryall.sample.pack.v1", pack)
                        + "]}",
                ManifestText.MANIFEST);
    }

    static byte[] config(String name) {
        return utf8(
                "{\"architecture\":\"amd64\",\"os\":\"linux\",\"author\":\""
                        + name
                        + "\",\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[]}}");
    }

    /// Puts a small release there.
    static Manifest release(Repository repository, String name, String... tags)
            throws TransportException {
        byte[] config = config(name);
        byte[] pack = bytes(5000, name.hashCode());
        repository.put(Digest.of(config), Blob.of(config));
        repository.put(Digest.of(pack), Blob.of(pack));
        Manifest manifest = manifest(config, pack);
        repository.put(manifest, List.of(tags));
        return manifest;
    }
}
