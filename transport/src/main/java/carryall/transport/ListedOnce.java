package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;

/// A layout whose list of tags is read once. Safe for many threads.
final class ListedOnce implements LayoutContent {
    private final LayoutContent content;
    private Optional<LayoutIndex> index = Optional.empty();

    ListedOnce(LayoutContent content) {
        this.content = content;
    }

    @Override
    public String location() {
        return content.location();
    }

    @Override
    public synchronized LayoutIndex index() throws TransportException {
        if (index.isEmpty()) {
            index = Optional.of(content.index());
        }
        return index.get();
    }

    @Override
    public byte[] blob(Digest digest, long largest) throws TransportException {
        return content.blob(digest, largest);
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
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
    public synchronized void put(String app, Manifest manifest, List<String> tags)
            throws TransportException {
        content.put(app, manifest, tags);
        index = Optional.empty();
    }
}
