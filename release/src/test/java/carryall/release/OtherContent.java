package carryall.release;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A repository that serves another manifest under one tag, and other bytes under one digest.
record OtherContent(Repository real, String tag, Manifest manifest, Digest digest, String content)
        implements Repository {
    /// With another text under a tag, as an artifact that is right in itself.
    static Repository of(Repository real, String tag, String type, String text) {
        Map<String, Object> manifest = new LinkedHashMap<>();
        Digest digest = Digest.of(text.getBytes(StandardCharsets.UTF_8));
        int size = text.getBytes(StandardCharsets.UTF_8).length;
        Digest empty = Digest.of("{}".getBytes(StandardCharsets.UTF_8));
        manifest.put("schemaVersion", 2L);
        manifest.put("mediaType", Release.MANIFEST_TYPE);
        manifest.put("artifactType", type);
        manifest.put(
                "config", new Descriptor("application/vnd.oci.empty.v1+json", empty, 2).text());
        manifest.put("layers", List.of(new Descriptor(type + "+json", digest, size).text()));
        return new OtherContent(
                real,
                tag,
                new Manifest(JsonText.write(manifest), Release.MANIFEST_TYPE),
                digest,
                text);
    }

    @Override
    public String location() {
        return real.location();
    }

    @Override
    public List<String> tags() throws TransportException {
        return real.tags();
    }

    @Override
    public Optional<Manifest> resolve(String wanted) throws TransportException {
        return wanted.equals(tag) ? Optional.of(manifest) : real.resolve(wanted);
    }

    @Override
    public Manifest manifest(Digest wanted) throws TransportException {
        return real.manifest(wanted);
    }

    @Override
    public byte[] blob(Digest wanted, long size) throws TransportException {
        return wanted.equals(digest)
                ? content.getBytes(StandardCharsets.UTF_8)
                : real.blob(wanted, size);
    }

    @Override
    public InputStream range(Digest wanted, long size, long offset, long length)
            throws TransportException {
        return real.range(wanted, size, offset, length);
    }

    @Override
    public boolean has(Digest wanted) throws TransportException {
        return real.has(wanted);
    }

    @Override
    public void put(Digest wanted, Blob blob) throws TransportException {
        real.put(wanted, blob);
    }

    @Override
    public void put(Manifest other, List<String> tags) throws TransportException {
        real.put(other, tags);
    }
}
