package carryall.release;

import carryall.crypto.Digest;
import carryall.transport.Blob;
import carryall.transport.Manifest;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A repository, for the length of one look at it: what was read stays as it was read, and is asked
/// for once. Signatures, channels and manifests are looked at from several sides, each a way over
/// the network otherwise.
final class Remembering implements Repository {
    private static final long LARGEST = 1 << 20;

    private final Repository repository;
    private final Map<String, Optional<Manifest>> tags = new ConcurrentHashMap<>();
    private final Map<Digest, Manifest> manifests = new ConcurrentHashMap<>();
    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();

    Remembering(Repository repository) {
        this.repository = repository.asOfNow();
    }

    @Override
    public String location() {
        return repository.location();
    }

    @Override
    public List<String> tags() throws TransportException {
        return repository.tags();
    }

    @Override
    public Optional<Manifest> resolve(String tag) throws TransportException {
        Optional<Manifest> known = tags.get(tag);
        if (known == null) {
            known = repository.resolve(tag);
            tags.put(tag, known);
        }
        return known;
    }

    @Override
    public Manifest manifest(Digest digest) throws TransportException {
        Manifest known = manifests.get(digest);
        if (known == null) {
            known = repository.manifest(digest);
            manifests.put(digest, known);
        }
        return known;
    }

    @Override
    public byte[] blob(Digest digest, long size) throws TransportException {
        byte[] known = blobs.get(digest);
        if (known == null || known.length != size) {
            known = repository.blob(digest, size);
            if (size <= LARGEST) {
                blobs.put(digest, known);
            }
        }
        return known.clone();
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        return repository.range(digest, size, offset, length);
    }

    @Override
    public boolean has(Digest digest) throws TransportException {
        return repository.has(digest);
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        repository.put(digest, blob);
    }

    @Override
    public void put(Manifest manifest, List<String> tags) throws TransportException {
        this.tags.keySet().removeAll(tags);
        repository.put(manifest, tags);
    }
}
