package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a guest says of its customisations.
final class ChangesTest {
    private static final String SAID =
            """
            changes 1
            problem the layer  does not fit
            mode kept
            taken-back 7
            package added fonts-mine 1%3a5-1 3 4096
            conflict /etc/motd
            changed /etc/motd 12
            added /usr/share/m%c3%bc%20y 4
            removed /etc/%e2%80%ae 0
            more 5
            end
            """;

    @TempDir private Path temp;

    @Test
    void whatTheGuestSaysIsRead() {
        assertThat(Changes.parse(SAID, Instant.EPOCH))
                .isEqualTo(
                        new Changes(
                                Instant.EPOCH,
                                Optional.of("the layer  does not fit"),
                                Optional.of("7"),
                                List.of(
                                        new Changes.PackageChange(
                                                Changes.Kind.ADDED,
                                                "fonts-mine",
                                                "1:5-1",
                                                3,
                                                4096)),
                                List.of(
                                        new Changes.FileChange(
                                                Changes.Kind.CHANGED, "/etc/motd", 12),
                                        new Changes.FileChange(
                                                Changes.Kind.ADDED, "/usr/share/mü y", 4),
                                        new Changes.FileChange(
                                                Changes.Kind.REMOVED, "/etc/\u202e", 0)),
                                List.of("/etc/motd"),
                                5));
    }

    @Test
    void nothingChangedIsEmpty() {
        assertThat(Changes.parse("changes 1\nmode none\nend\n", Instant.EPOCH).isEmpty()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "changes 2\nend\n",
                "changes 1\nmode kept\n",
                "changes 1\nadded\nend\n",
                "changes 1\nadded etc/motd 1\nend\n",
                "changes 1\nadded /etc/motd -1\nend\n",
                "changes 1\nadded /etc/motd 99999999999999999999\nend\n",
                "changes 1\nadded /etc/%4 1\nend\n",
                "changes 1\ntaken-back\nend\n",
                "changes 1\npackage bought a 1 2 3\nend\n",
                "changes 1\nexplode /etc/motd 1\nend\n"
            })
    void whatIsNoListIsRefused(String text) {
        assertThatThrownBy(() -> Changes.parse(text, Instant.EPOCH))
                .isInstanceOf(RuntimeException.class);
    }

    @Test
    void itIsKeptForWhenTheGuestDoesNotRun() throws IOException {
        ChangesFile file = new ChangesFile(temp.resolve("changes.txt"));
        assertThat(file.read()).isEmpty();
        Changes written = file.write(SAID);
        assertThat(file.read()).contains(written);
        assertThatThrownBy(() -> file.write("rubbish")).isInstanceOf(IOException.class);
        assertThat(file.read()).contains(written);
        Files.writeString(temp.resolve("changes.txt"), "rubbish");
        assertThat(file.read()).isEmpty();
    }
}
