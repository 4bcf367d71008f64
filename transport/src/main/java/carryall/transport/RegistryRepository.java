package carryall.transport;

import carryall.crypto.Digest;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/// One repository of a registry (OCI distribution-spec).
///
/// @param shelf where the registry is
/// @param app whose repository it is
/// @param agent speaks to it
/// @param login asks
record RegistryRepository(RegistryName shelf, String app, UserAgent agent, RegistryLogin login)
        implements Repository {
    private static final String DIGEST_HEADER = "Docker-Content-Digest";

    RegistryRepository {
        Names.app(app);
    }

    private String name() {
        return shelf.prefix() + app;
    }

    @Override
    public String location() {
        return shelf.location() + "/" + app;
    }

    private URI uri(String path) {
        return shelf.base().resolve("v2/" + name() + "/" + path);
    }

    private Ask blobAsk(String method, Digest digest) {
        return Ask.of(method, uri("blobs/" + digest));
    }

    private Answer ask(Ask ask) throws TransportException, Passing {
        return login.ask(ask, name());
    }

    @Override
    public List<String> tags() throws TransportException {
        try {
            return new RegistryPages(agent, login)
                    .names(uri("tags/list?n=1000"), name(), "tags").stream()
                            .filter(Names::isTag)
                            .sorted()
                            .distinct()
                            .toList();
        } catch (TransportException.Missing noSuchRepository) {
            return List.of();
        }
    }

    @Override
    public Optional<Manifest> resolve(String tag) throws TransportException {
        try {
            return Optional.of(get(Names.tag(tag), Optional.empty()));
        } catch (TransportException.Missing noSuchTag) {
            return Optional.empty();
        }
    }

    @Override
    public Manifest manifest(Digest digest) throws TransportException {
        return get(digest.text(), Optional.of(digest));
    }

    private Manifest get(String reference, Optional<Digest> digest) throws TransportException {
        Ask ask =
                Ask.of("GET", uri("manifests/" + reference))
                        .header("Accept", String.join(", ", ManifestText.TYPES));
        return agent.patience()
                .with(() -> {
                    Answer answer = ask(ask).expect(200, reference);
                    answer.refusePages(reference);
                    Optional<String> type = answer.type();
                    if (type.filter(ManifestText.TYPES::contains).isEmpty()) {
                        answer.close();
                        throw new TransportException.Damaged(
                                location(), reference, "it is no manifest by its Content-Type");
                    }
                    byte[] bytes = answer.bytes(reference, LARGEST_MANIFEST);
                    Digest found = Digest.of(bytes);
                    String said = answer.header(DIGEST_HEADER).orElse(found.text());
                    if (!said.equals(found.text()) && said.startsWith("sha256:")) {
                        throw new TransportException.Damaged(
                                location(), reference, "it is not what " + DIGEST_HEADER + " says");
                    }
                    return digest.isPresent()
                            ? ManifestText.read(location(), digest.get(), bytes, type)
                            : ManifestText.read(location(), reference, bytes, type);
                });
    }

    @Override
    public byte[] blob(Digest digest, long size) throws TransportException {
        Sizes.whole(size);
        byte[] bytes =
                agent.patience()
                        .with(() -> {
                            Answer answer = ask(blobAsk("GET", digest)).expect(200, digest.text());
                            answer.refusePages(digest.text());
                            return answer.bytes(digest.text(), size);
                        });
        Sizes.check(location(), digest, size, bytes);
        return bytes;
    }

    @Override
    public InputStream range(Digest digest, long size, long offset, long length)
            throws TransportException {
        Sizes.range(size, offset, length);
        Ask ask = WebContent.ranged(blobAsk("GET", digest), size, offset, length);
        return agent.patience().with(() -> ask(ask).range(digest, size, offset, length));
    }

    @Override
    public boolean has(Digest digest) throws TransportException {
        return agent.patience()
                .with(() -> {
                    try (Answer answer = ask(blobAsk("HEAD", digest))) {
                        return answer.status() != 404
                                && answer.expect(200, digest.text()).status() == 200;
                    }
                });
    }

    @Override
    public void put(Digest digest, Blob blob) throws TransportException {
        if (has(digest)) {
            return;
        }
        agent.patience().with(() -> upload(digest, blob));
    }

    /// Opens a session and sends all in one piece ("Pushing a blob monolithically"). It may be done
    /// twice: a session that was left is the registry's to forget.
    private int upload(Digest digest, Blob blob) throws TransportException, Passing {
        Answer session = ask(Ask.of("POST", uri("blobs/uploads/"))).expect(202, "an upload");
        session.close();
        URI place = agent.target(session.uri(), session.header("Location"));
        String query = (place.getRawQuery() == null ? "?" : "&") + "digest=" + digest;
        Ask send =
                Ask.of("PUT", URI.create(place + query))
                        .header("Content-Type", "application/octet-stream")
                        .with(blob);
        try (Answer answer = agent.isHome(place) ? ask(send) : agent.ask(send)) {
            return answer.expect(201, digest.text()).status();
        }
    }

    @Override
    public void put(Manifest manifest, List<String> tags) throws TransportException {
        tags.forEach(Names::tag);
        Blob text = Blob.of(manifest.text().getBytes(StandardCharsets.UTF_8));
        List<String> references = tags.isEmpty() ? List.of(manifest.digest().text()) : tags;
        for (String reference : references) {
            Ask send =
                    Ask.of("PUT", uri("manifests/" + reference))
                            .header("Content-Type", manifest.mediaType())
                            .with(text);
            agent.patience()
                    .with(() -> {
                        try (Answer answer = ask(send)) {
                            return answer.expect(201, reference).status();
                        }
                    });
        }
    }

    /// "Deleting Manifests": not every registry lets a tag be deleted by its name.
    @Override
    public void remove(String tag) throws TransportException {
        Optional<Manifest> there = resolve(tag);
        if (there.isEmpty()) {
            return;
        }
        Ask send = Ask.of("DELETE", uri("manifests/" + there.get().digest()));
        agent.patience()
                .with(() -> {
                    try (Answer answer = ask(send)) {
                        return answer.status() == 404 ? 404 : answer.expect(202, tag).status();
                    }
                });
    }
}
