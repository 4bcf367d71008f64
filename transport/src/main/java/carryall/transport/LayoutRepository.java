package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// One app's part of an OCI image layout; blobs are everybody's.
///
/// @param content of the whole layout
/// @param app whose tags these are
record LayoutRepository(LayoutContent content, String app) implements Repository {
    LayoutRepository {
        Names.app(app);
    }

    @Override
    public String location() {
        String shelf = content.location();
        return shelf.endsWith("/") ? shelf + app : shelf + "/" + app;
    }

    @Override
    public Repository asOfNow() {
        return new LayoutRepository(new ListedOnce(content), app);
    }

    @Override
    public List<String> tags() throws TransportException {
        return content.index().tags(app);
    }

    @Override
    public Optional<Manifest> resolve(String tag) throws TransportException {
        Optional<LayoutIndex.Entry> found = content.index().find(app, Names.tag(tag));
        if (found.isEmpty()) {
            return Optional.empty();
        }
        LayoutIndex.Entry entry = found.get();
        byte[] bytes = content.blob(entry.digest(), entry.size());
        return Optional.of(
                ManifestText.read(
                        location(), entry.digest(), bytes, Optional.of(entry.mediaType())));
    }

    @Override
    public Manifest manifest(Digest digest) throws TransportException {
        byte[] bytes = content.blob(digest, LARGEST_MANIFEST);
        return ManifestText.read(location(), digest, bytes, Optional.empty());
    }

    @Override
    public byte[] blob(Digest digest, long size) throws TransportException {
        Sizes.whole(size);
        byte[] bytes = content.blob(digest, size);
        Sizes.check(location(), digest, size, bytes);
        return bytes;
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        Sizes.range(size, offset, length);
        return content.range(digest, size, offset, length);
    }

    @Override
    public boolean has(Digest digest) throws TransportException {
        return content.has(digest);
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        content.put(digest, blob);
    }

    @Override
    public void put(Manifest manifest, List<String> tags) throws TransportException {
        tags.forEach(Names::tag);
        content.put(app, manifest, tags);
    }
}
