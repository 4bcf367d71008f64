package carryall.transport;

import carryall.crypto.Digest;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A small registry (OCI distribution-spec) that wants tokens, gives lists in pages of two, and
/// sends whoever wants a blob to another server.
final class LocalRegistry implements AutoCloseable {
    static final String USER = "anna";
    static final String PASSWORD = "p:ä55";
    static final String TOKEN = "token.of-anna";

    private final Map<Digest, byte[]> blobs = new ConcurrentHashMap<>();
    private final Map<Digest, String> types = new ConcurrentHashMap<>();
    private final Map<String, Map<String, Digest>> repositories = new ConcurrentSkipListMap<>();
    final LocalServer server = new LocalServer(this::handle);
    final LocalServer tokens = new LocalServer(this::giveToken);
    final LocalServer storage =
            new LocalServer(exchange -> {
                String path = exchange.getRequestURI().getPath();
                LocalServer.ranged(
                        exchange, blobs.getOrDefault(new Digest(path.substring(1)), new byte[0]));
            });

    LocalRegistry() throws IOException {}

    private void giveToken(HttpExchange exchange) throws IOException {
        String basic =
                "Basic "
                        + Base64.getEncoder()
                                .encodeToString(
                                        (USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        if (!basic.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            LocalServer.answer(exchange, 401);
            return;
        }
        json(exchange, 200, "{\"token\":\"" + TOKEN + "\",\"expires_in\":300}");
    }

    private static void json(HttpExchange exchange, int status, String text) throws IOException {
        LocalServer.answer(exchange, status, "application/json", Samples.utf8(text));
    }

    private void handle(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        if (!("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\""
                                    + tokens.uri("/token")
                                    + "\",service=\"local\",scope=\"repository:x:pull,push\"");
            json(exchange, 401, "{\"errors\":[]}");
            return;
        }
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/v2/_catalog")) {
            page(exchange, "repositories", List.copyOf(repositories.keySet()));
            return;
        }
        Matcher parts =
                Pattern.compile("/v2/(.+)/(tags/list|blobs|manifests)(?:/(.*))?").matcher(path);
        if (!parts.matches()) {
            LocalServer.answer(exchange, 404);
            return;
        }
        String repository = parts.group(1);
        switch (parts.group(2)) {
            case "blobs" -> blob(exchange, repository, parts.group(3), body);
            case "manifests" -> manifest(exchange, repository, parts.group(3), body);
            default -> {
                if (repositories.containsKey(repository)) {
                    page(exchange, "tags", List.copyOf(repositories.get(repository).keySet()));
                } else {
                    json(exchange, 404, "{\"errors\":[{\"code\":\"NAME_UNKNOWN\"}]}");
                }
            }
        }
    }

    private static void page(HttpExchange exchange, String key, List<String> names)
            throws IOException {
        String query = exchange.getRequestURI().getQuery();
        String last = query.contains("last=") ? query.replaceFirst(".*last=", "") : "";
        List<String> left =
                new TreeMap<>(
                                names.stream()
                                        .collect(java.util.stream.Collectors.toMap(n -> n, n -> n)))
                        .tailMap(last, false).keySet().stream().toList();
        List<String> shown = left.subList(0, Math.min(2, left.size()));
        if (left.size() > 2) {
            exchange.getResponseHeaders()
                    .set(
                            "Link",
                            "<"
                                    + exchange.getRequestURI().getPath()
                                    + "?n=2&last="
                                    + shown.get(1)
                                    + ">; rel=\"next\"");
        }
        String list = shown.isEmpty() ? "null" : "[\"" + String.join("\",\"", shown) + "\"]";
        json(exchange, 200, "{\"name\":\"x\",\"" + key + "\":" + list + "}");
    }

    private void blob(HttpExchange exchange, String repository, String rest, byte[] body)
            throws IOException {
        switch (exchange.getRequestMethod()) {
            case "POST" -> {
                exchange.getResponseHeaders()
                        .set("Location", "/v2/" + repository + "/blobs/uploads/1?state=a%2Fb");
                LocalServer.answer(exchange, 202);
            }
            case "PUT" -> {
                Digest digest =
                        new Digest(
                                exchange.getRequestURI().getQuery().replaceFirst(".*digest=", ""));
                if (!Digest.of(body).equals(digest)) {
                    json(exchange, 400, "{\"errors\":[{\"code\":\"DIGEST_INVALID\"}]}");
                    return;
                }
                blobs.put(digest, body);
                LocalServer.answer(exchange, 201);
            }
            case "HEAD" ->
                    LocalServer.answer(exchange, blobs.containsKey(new Digest(rest)) ? 200 : 404);
            default -> {
                if (!blobs.containsKey(new Digest(rest))) {
                    LocalServer.answer(exchange, 404);
                    return;
                }
                exchange.getResponseHeaders().set("Location", storage.uri("/" + rest).toString());
                LocalServer.answer(exchange, 307);
            }
        }
    }

    private void manifest(HttpExchange exchange, String repository, String name, byte[] body)
            throws IOException {
        Map<String, Digest> tags =
                repositories.getOrDefault(repository, new ConcurrentSkipListMap<>());
        if (exchange.getRequestMethod().equals("PUT")) {
            Digest digest = Digest.of(body);
            repositories
                    .computeIfAbsent(repository, _ -> new ConcurrentSkipListMap<>())
                    .putAll(name.startsWith("sha256:") ? Map.of() : Map.of(name, digest));
            blobs.put(digest, body);
            types.put(digest, exchange.getRequestHeaders().getFirst("Content-Type"));
            LocalServer.answer(exchange, 201);
            return;
        }
        Optional<Digest> digest =
                name.startsWith("sha256:")
                        ? Optional.of(new Digest(name))
                        : Optional.ofNullable(tags.get(name));
        if (digest.filter(types::containsKey).isEmpty()) {
            json(exchange, 404, "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\"}]}");
            return;
        }
        exchange.getResponseHeaders().set("Docker-Content-Digest", digest.get().text());
        LocalServer.answer(
                exchange,
                200,
                types.getOrDefault(digest.get(), ""),
                blobs.getOrDefault(digest.get(), new byte[0]));
    }

    @Override
    public void close() {
        server.close();
        tokens.close();
        storage.close();
    }
}
