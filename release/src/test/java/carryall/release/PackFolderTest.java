package carryall.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackFolderTest {
    @TempDir private Path home;

    /// As a kill leaves it.
    private Path left() throws IOException {
        Path left = home.resolve("publishing/killed");
        Files.createDirectories(left.resolve("packs"));
        Files.writeString(left.resolve("packs/a pack"), "much");
        Files.writeString(left.resolve("held"), "");
        return left;
    }

    @Test
    void whatAKilledOneLeftIsRemovedByTheNext() throws IOException {
        Path left = left();
        Path at = Files.createDirectories(home.resolve("publishing/killed-at-once"));
        try (PackFolder next = PackFolder.make(home)) {
            assertThat(left).doesNotExist();
            assertThat(at).doesNotExist();
            assertThat(next.path()).isDirectory();
        }
    }

    @Test
    void whatIsHeldStaysUntilItIsClosed() throws IOException {
        Path path;
        try (PackFolder one = PackFolder.make(home)) {
            path = one.path();
            Files.writeString(path.resolve("a pack"), "much");
            PackFolder.make(home).close();
            PackFolder.removeUnheld(home);
            assertThat(path.resolve("a pack")).exists();
        }
        assertThat(path).doesNotExist();
    }

    @Test
    void pruningRemovesWhatNobodyHolds() throws IOException {
        PackFolder.removeUnheld(home);
        Path left = left();
        PackFolder.removeUnheld(home);
        assertThat(left).doesNotExist();
    }
}
