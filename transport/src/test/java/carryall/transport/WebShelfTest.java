package carryall.transport;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A folder behind a small static server.
final class WebShelfTest extends ReadingContract {
    @TempDir private Path temp;
    private final LocalServer server =
            new LocalServer(exchange -> {
                Path file = temp.resolve(exchange.getRequestURI().getPath().substring(1));
                if (Files.isRegularFile(file)) {
                    LocalServer.ranged(exchange, Files.readAllBytes(file));
                } else {
                    LocalServer.answer(exchange, 404);
                }
            });

    WebShelfTest() throws IOException {}

    @AfterEach
    void close() {
        server.close();
    }

    @Override
    Shelf shelf() throws IOException {
        return new WebShelf(server.uri("/shelf"), HttpSettings.usual());
    }

    @Override
    Shelf writer() {
        return new FolderShelf(temp.resolve("shelf"));
    }

    @Test
    void itCanOnlyBeRead() {
        assertThatThrownBy(() -> librecad.put(PACK_DIGEST, Blob.of(PACK)))
                .isInstanceOf(TransportException.Refused.class)
                .hasMessageContaining("can only be read");
        assertThatThrownBy(() -> librecad.put(librecad.resolve("stable").orElseThrow(), List.of()))
                .isInstanceOf(TransportException.Refused.class);
    }

    @Test
    void whatIsNoShelfIsRefused() {
        assertThatThrownBy(() ->
                        new WebShelf(server.uri("/elsewhere/"), HttpSettings.usual())
                                .repositories())
                .isInstanceOf(TransportException.Refused.class)
                .hasMessageContaining("is no shelf: it has no file index.json");
    }

    @Test
    void plainHttpBeyondLoopbackNeedsToBeAllowed() throws IOException {
        URI far = URI.create("http://shelf.example/");
        assertThatThrownBy(() -> new WebShelf(far, HttpSettings.usual()))
                .isInstanceOf(TransportException.WithoutTls.class)
                .hasMessageContaining("plain HTTP is not allowed");
        new WebShelf(far, HttpSettings.usual().allowingPlainHttp());
    }

    @Test
    void addressesOfOtherKindsAreRefusedAndSecretsInThemNotRepeated() {
        for (String address :
                new String[] {
                    "file:///etc", "ftp://x/", "https://u:hunter2@x/", "https://x/?a", "https:x"
                }) {
            assertThatThrownBy(() -> new WebShelf(URI.create(address), HttpSettings.usual()))
                    .isInstanceOf(TransportException.Refused.class)
                    .hasMessageNotContaining("hunter2");
        }
    }
}
