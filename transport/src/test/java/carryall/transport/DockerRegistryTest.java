package carryall.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// Debian's docker-registry with basic authentication is a shelf.
final class DockerRegistryTest extends RepositoryContract {
    @TempDir private static Path temp;

    private final Path folder = Files.createTempDirectory(temp, "registry");
    private final RealServer registry = RealServer.registry(folder);
    private final DockerCredentials credentials =
            RegistryShelfTest.credentials(
                    folder, registry.host(), RealServer.USER, RealServer.PASSWORD);

    DockerRegistryTest() throws Exception {}

    @AfterEach
    void close() {
        registry.close();
    }

    @Override
    Shelf shelf() throws IOException {
        return new RegistryShelf(registry.host() + "/acme", HttpSettings.usual(), credentials);
    }
}
