package carryall.home;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A store in a repository of an OCI registry. An object is a blob, the only layer of a manifest
/// whose tag is the object's name: so the registry's own garbage collection keeps it as long as the
/// tag is there.
public final class RegistryStore implements HomeStore {
    private static final String MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
    private static final String EMPTY_TYPE = "application/vnd.oci.empty.v1+json";
    private static final String TYPE = "application/vnd.carryall.home.v1";
    private static final byte[] EMPTY = "{}".getBytes(StandardCharsets.US_ASCII);

    private final Repository repository;

    /// Over a repository that holds nothing else.
    public RegistryStore(Repository repository) {
        this.repository = repository;
    }

    @Override
    public String location() {
        return repository.location();
    }

    @Override
    public List<ObjectName> list(ObjectKind kind) throws TransportException {
        return repository.tags().stream()
                .filter(tag -> tag.matches(kind.word() + "-[0-9a-f]{64}"))
                .map(ObjectName::parse)
                .sorted()
                .toList();
    }

    @Override
    public void put(ObjectName name, byte[] bytes) throws TransportException {
        repository.put(Digest.of(EMPTY), Blob.of(EMPTY));
        repository.put(name.digest(), Blob.of(bytes));
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("schemaVersion", 2L);
        text.put("mediaType", MANIFEST_TYPE);
        text.put("artifactType", TYPE);
        text.put("config", descriptor(EMPTY_TYPE, Digest.of(EMPTY), EMPTY.length));
        text.put(
                "layers",
                List.of(descriptor("application/octet-stream", name.digest(), bytes.length)));
        repository.put(new Manifest(JsonText.write(text), MANIFEST_TYPE), List.of(name.text()));
    }

    private static Map<String, Object> descriptor(String type, Digest digest, int size) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("mediaType", type);
        text.put("digest", digest.text());
        text.put("size", size);
        return text;
    }

    @Override
    public byte[] read(ObjectName name) throws TransportException {
        Optional<Manifest> manifest = repository.resolve(name.text());
        if (manifest.isEmpty()) {
            throw new TransportException.Missing(location(), name.text());
        }
        return repository.blob(name.digest(), size(name, manifest.get()));
    }

    /// What the registry says of itself is capped here; the blob is checked against its digest.
    private long size(ObjectName name, Manifest manifest) throws TransportException {
        try {
            JsonText text = JsonText.parse(manifest.text());
            JsonText layer = text.objects("layers").getFirst();
            long size = layer.number("size");
            if (!layer.text("digest").equals(name.digest().text())
                    || size < 1
                    || size > LARGEST_OBJECT) {
                throw new IllegalArgumentException("its manifest names another blob");
            }
            return size;
        } catch (RuntimeException rubbish) {
            throw new TransportException.Damaged(
                    location(), name.text(), String.valueOf(rubbish.getMessage()));
        }
    }

    /// By the blob's digest, without a look at the tag: one request.
    @Override
    public byte[] range(ObjectName name, long size, long offset, int length)
            throws TransportException {
        try (InputStream in = repository.range(name.digest(), size, offset, length)) {
            byte[] bytes = in.readNBytes(length);
            StoredObject.checkSize(location(), name, length, bytes.length);
            return bytes;
        } catch (TransportException known) {
            throw known;
        } catch (IOException failure) {
            throw new TransportException.Unreachable(location(), failure);
        }
    }

    @Override
    public void remove(ObjectName name) throws TransportException {
        repository.remove(name.text());
    }
}
