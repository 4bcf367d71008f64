package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// No server sends us where we should not go, or has our secrets sent to another.
final class HostileRedirectTest extends HostileServer {
    @Test
    void redirectsWithoutEndAreRefused() throws IOException {
        Repository shelf =
                web(exchange -> {
                    asked++;
                    redirect(exchange, exchange.getRequestURI().toString());
                });
        assertThat(fails(TransportException.Refused.class, HostileServer::readBlob, shelf))
                .hasMessageContaining("redirects more than 5 times");
        assertThat(asked).isEqualTo(6);
    }

    private static void redirect(HttpExchange exchange, String to) throws IOException {
        exchange.getResponseHeaders().set("Location", to);
        LocalServer.answer(exchange, 302);
    }

    @Test
    void redirectsToNoWebAddressAreRefused() throws IOException {
        for (String to :
                new String[] {
                    "file:///etc/passwd",
                    "ftp://x/",
                    "gopher:x",
                    "http://u:p@127.0.0.1/",
                    "::",
                    "",
                    "http://169.254.169.254/latest/meta-data",
                    "https://169.254.169.254/",
                    "https://[fe80::1]/",
                    "https://0.0.0.0/",
                    "http://192.0.2.1/"
                }) {
            Repository shelf = web(exchange -> redirect(exchange, to));
            fails(TransportException.Refused.class, HostileServer::readBlob, shelf);
            close();
        }
    }

    @Test
    void aTokenDoesNotFollowARedirect() throws IOException {
        try (LocalServer thief = new LocalServer(e -> LocalServer.answer(e, 200, OCTETS, PACK))) {
            Repository shelf =
                    registry(exchange -> {
                        if (exchange.getRequestHeaders().containsKey("Authorization")) {
                            redirect(exchange, thief.uri("/x").toString());
                            return;
                        }
                        exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                        LocalServer.answer(exchange, 401);
                    });
            assertThat(shelf.blob(DIGEST, PACK.length)).isEqualTo(PACK);
            assertThat(server.orElseThrow().secrets()).isNotEmpty();
            assertThat(thief.requests()).hasSize(1);
            assertThat(thief.secrets()).isEmpty();
        }
    }

    @Test
    void aServerThatWasRedirectedToGetsNoPasswordByAsking() throws IOException {
        try (LocalServer thief =
                new LocalServer(exchange -> {
                    exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=\"x\"");
                    LocalServer.answer(exchange, 401);
                })) {
            Repository shelf = registry(exchange -> redirect(exchange, thief.uri("/").toString()));
            fails(TransportException.Unauthorized.class, HostileServer::readBlob, shelf);
            assertThat(thief.secrets()).isEmpty();
        }
    }

    @Test
    void anUploadThatIsSentElsewhereTakesNoTokenAlong() throws IOException {
        try (LocalServer thief =
                new LocalServer(exchange -> {
                    exchange.getRequestBody().readAllBytes();
                    LocalServer.answer(exchange, 201);
                })) {
            Repository shelf =
                    registry(exchange -> {
                        if (!exchange.getRequestHeaders().containsKey("Authorization")) {
                            exchange.getResponseHeaders()
                                    .set("WWW-Authenticate", "Basic realm=\"x\"");
                            LocalServer.answer(exchange, 401);
                        } else if (exchange.getRequestMethod().equals("HEAD")) {
                            LocalServer.answer(exchange, 404);
                        } else {
                            exchange.getResponseHeaders()
                                    .set("Location", thief.uri("/up").toString());
                            LocalServer.answer(exchange, 202);
                        }
                    });
            shelf.put(DIGEST, Blob.of(PACK));
            assertThat(thief.requests()).hasSize(1);
            assertThat(thief.secrets()).isEmpty();
        }
    }

    @Test
    void tokensOfNobodyKnownAreNotAskedFor() throws IOException {
        for (String realm : new String[] {"", "file:///x", "https://169.254.169.254/t", "x y"}) {
            Repository shelf =
                    registry(exchange -> {
                        exchange.getResponseHeaders()
                                .set(
                                        "WWW-Authenticate",
                                        "Bearer realm=\"" + realm + "\",service=\"x\"");
                        LocalServer.answer(exchange, 401);
                    });
            TransportException failure =
                    catchThrowableOfType(TransportException.class, () -> readBlob(shelf));
            assertThat(failure).isNotNull();
            assertThat(failure.getMessage()).doesNotContain("hunter2");
            close();
        }
    }

    @Test
    void aTokenThatIsNoneIsDamaged() throws IOException {
        for (String token : new String[] {"{}", "[]", "<html>", "{\"token\":\"a\\r\\nX: y\"}"}) {
            Repository shelf =
                    registry(exchange -> {
                        if (exchange.getRequestURI().getPath().equals("/token")) {
                            LocalServer.answer(
                                    exchange, 200, "application/json", Samples.utf8(token));
                            return;
                        }
                        exchange.getResponseHeaders()
                                .set(
                                        "WWW-Authenticate",
                                        "Bearer realm=\"http://"
                                                + exchange.getRequestHeaders().getFirst("Host")
                                                + "/token\"");
                        LocalServer.answer(exchange, 401);
                    });
            fails(TransportException.Damaged.class, HostileServer::readBlob, shelf);
            close();
        }
    }
}
