package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Over [LocalRegistry], with tokens.
final class RegistryShelfTest extends RepositoryContract {
    @TempDir private Path temp;
    private final LocalRegistry registry = new LocalRegistry();

    RegistryShelfTest() throws IOException {}

    private void logIn() throws IOException {
        String host = registry.server.host();
        credentials(temp, host, LocalRegistry.USER, LocalRegistry.PASSWORD);
    }

    @Override
    @BeforeEach
    void fill() throws IOException {
        logIn();
        super.fill();
    }

    @AfterEach
    void close() {
        registry.close();
    }

    static DockerCredentials credentials(Path folder, String host, String user, String password)
            throws IOException {
        String pair =
                Base64.getEncoder()
                        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        return new DockerCredentials(
                Files.writeString(
                        folder.resolve("config.json"),
                        "{\"auths\":{\"" + host + "\":{\"auth\":\"" + pair + "\"}}}"));
    }

    @Override
    Shelf shelf() throws IOException {
        return new RegistryShelf(
                registry.server.host() + "/acme",
                HttpSettings.usual(),
                new DockerCredentials(temp.resolve("config.json")));
    }

    @Test
    void longListsAreReadPageByPage() throws IOException {
        for (int i = 0; i < 7; i++) {
            Samples.release(librecad, "r" + i, "t" + i);
        }
        assertThat(librecad.tags())
                .containsExactly("2.2.0", "stable", "t0", "t1", "t2", "t3", "t4", "t5", "t6");
    }

    @Test
    void aTokenNeverReachesWhereBlobsLie() throws IOException {
        librecad.blob(PACK_DIGEST, PACK.length);
        librecad.range(PACK_DIGEST, PACK.length, 5, 5).close();
        assertThat(registry.storage.requests()).hasSizeGreaterThanOrEqualTo(2);
        assertThat(registry.storage.secrets()).isEmpty();
        assertThat(registry.tokens.secrets()).allMatch(secret -> secret.startsWith("Basic "));
        assertThat(registry.server.secrets()).containsOnly("Bearer " + LocalRegistry.TOKEN);
    }

    @Test
    void aTokenIsAskedForOncePerRepository() throws IOException {
        Repository fresh = shelf().repository("librecad");
        int before = registry.tokens.requests().size();
        fresh.tags();
        fresh.blob(PACK_DIGEST, PACK.length);
        assertThat(registry.tokens.requests()).hasSize(before + 1);
    }

    @Test
    void wrongAndMissingPasswordsAreRefusedWithoutSayingThem() throws IOException {
        String host = registry.server.host();
        Repository wrong =
                new RegistryShelf(
                                host + "/acme",
                                HttpSettings.usual(),
                                credentials(temp, host, "anna", "hunter2"))
                        .repository("librecad");
        assertThatThrownBy(wrong::tags)
                .isInstanceOf(TransportException.Unauthorized.class)
                .hasMessageNotContaining("hunter2");
        Repository nobody =
                new RegistryShelf(
                                host + "/acme",
                                HttpSettings.usual(),
                                new DockerCredentials(temp.resolve("none")))
                        .repository("librecad");
        assertThatThrownBy(nobody::tags).isInstanceOf(TransportException.Unauthorized.class);
    }

    @Test
    void whatIsNoRegistryIsRefused() {
        for (String name :
                new String[] {
                    "", "a b", "https://x/y", "x/../y", "x/UPPER", "u:p@x/y", "x:99999999/y", "x/"
                }) {
            assertThatThrownBy(() ->
                            new RegistryShelf(
                                    name, HttpSettings.usual(), new DockerCredentials(temp)))
                    .isInstanceOf(TransportException.Refused.class);
        }
    }
}
