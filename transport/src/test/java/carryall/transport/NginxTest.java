package carryall.transport;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/// A folder that nginx serves as it stands is a shelf.
final class NginxTest extends ReadingContract {
    @TempDir private static Path temp;

    private final Path folder = Files.createTempDirectory(temp, "nginx");
    private final RealServer nginx = RealServer.nginx(folder, folder.resolve("shelf"));

    NginxTest() throws Exception {}

    @AfterEach
    void close() {
        nginx.close();
    }

    @Override
    Shelf shelf() throws IOException {
        return new WebShelf(URI.create("http://" + nginx.host() + "/shelf"), HttpSettings.usual());
    }

    @Override
    Shelf writer() {
        return new FolderShelf(folder.resolve("shelf"));
    }
}
