package carryall.home;

import carryall.transport.DockerCredentials;
import carryall.transport.HttpSettings;
import carryall.transport.RealServer;
import carryall.transport.RegistryShelf;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// Debian's docker-registry, which lets manifests be deleted, holds a home.
final class RegistryStoreTest extends HomeStoreContract {
    @TempDir private static Path temp;

    private final Path folder = Files.createTempDirectory(temp, "registry");
    private final RealServer registry = RealServer.registry(folder);

    RegistryStoreTest() throws Exception {}

    @AfterEach
    void close() {
        registry.close();
    }

    @Override
    HomeStore store() throws Exception {
        String login =
                Base64.getEncoder()
                        .encodeToString(
                                (RealServer.USER + ":" + RealServer.PASSWORD)
                                        .getBytes(StandardCharsets.UTF_8));
        Files.writeString(
                folder.resolve("config.json"),
                "{\"auths\":{\"" + registry.host() + "\":{\"auth\":\"" + login + "\"}}}");
        RegistryShelf shelf =
                new RegistryShelf(
                        registry.host() + "/anna",
                        HttpSettings.usual(),
                        DockerCredentials.of(Map.of("DOCKER_CONFIG", folder.toString())));
        return new RegistryStore(shelf.repository("home"));
    }
}
