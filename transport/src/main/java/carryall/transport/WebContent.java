package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.net.URI;
import java.util.List;

/// An OCI image layout on a web server, read file by file.
///
/// @param agent speaks to the server
/// @param base ends with `/`
record WebContent(UserAgent agent, URI base) implements LayoutContent {
    @Override
    public String location() {
        return agent.location();
    }

    private Ask get(String path) {
        return Ask.of("GET", base.resolve(path));
    }

    private static String path(Digest digest) {
        return "blobs/sha256/" + digest.hex();
    }

    @Override
    public LayoutIndex index() throws TransportException {
        String what = FolderContent.INDEX;
        byte[] bytes =
                agent.patience()
                        .with(() -> {
                            Answer answer = agent.ask(get(what));
                            if (answer.status() == 404) {
                                answer.close();
                                throw new TransportException.Refused(
                                        location(), "is no shelf: it has no file " + what);
                            }
                            answer.expect(200, what).refusePages(what);
                            return answer.bytes(what, LayoutIndex.LARGEST);
                        });
        String text = ManifestText.utf8(location(), what, bytes);
        try {
            return LayoutIndex.parse(text);
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Damaged(location(), what, ManifestText.words(rubbish));
        }
    }

    @Override
    public byte[] blob(Digest digest, long largest) throws TransportException {
        return agent.patience()
                .with(() -> {
                    Answer answer = agent.ask(get(path(digest)));
                    answer.expect(200, digest.text()).refusePages(digest.text());
                    return answer.bytes(digest.text(), largest);
                });
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        return agent.patience()
                .with(() ->
                        agent.ask(ranged(get(path(digest)), size, offset, length))
                                .range(digest, size, offset, length));
    }

    static Ask ranged(Ask ask, long size, long offset, long length) {
        return length == size
                ? ask
                : ask.header("Range", "bytes=" + offset + "-" + (offset + length - 1));
    }

    @Override
    public boolean has(Digest digest) throws TransportException {
        return agent.patience()
                .with(() -> {
                    try (Answer answer = agent.ask(Ask.of("HEAD", base.resolve(path(digest))))) {
                        return answer.status() != 404
                                && answer.expect(200, digest.text()).status() == 200;
                    }
                });
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        throw readOnly();
    }

    @Override
    public void put(String app, Manifest manifest, List<String> tags) throws TransportException {
        throw readOnly();
    }

    private TransportException readOnly() {
        return new TransportException.Refused(
                location(), "can only be read; publish to its folder or a registry");
    }
}
