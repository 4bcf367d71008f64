package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a guest is told of its customisations, and what the head says of them.
final class CustomisedTest {
    private static final Digest RELEASE = Digest.of("release".getBytes(StandardCharsets.UTF_8));

    @TempDir private Path temp;

    private static final String ID = "0123456789abcdef";

    private static Customised takingBack(String... paths) {
        return new Customised(Optional.of(new Customised.TakeBack(ID, List.of(paths))));
    }

    private static List<String> paths(Customised customised) {
        return customised.takeBack().orElseThrow().paths();
    }

    @Test
    void aMachineWithoutCustomisationsBootsWithTheSameWordsAsEver() {
        assertThat(Customised.words(Customised.Layer.NONE, Optional.empty(), RELEASE)).isEmpty();
    }

    @Test
    void theGuestIsToldWhatToDo() {
        String release = " carryall.release=" + RELEASE.hex().substring(0, 16);
        assertThat(Customised.words(Customised.Layer.KEPT, Optional.of(Customised.KEPT), RELEASE))
                .isEqualTo(" carryall.system=kept" + release);
        assertThat(
                        Customised.words(
                                Customised.Layer.WRITABLE,
                                Optional.of(takingBack("/etc/ü x", "/etc/a,b")),
                                RELEASE))
                .isEqualTo(
                        " carryall.system=customise"
                                + release
                                + " carryall.takeback="
                                + ID
                                + ":/etc/a%2cb,/etc/%c3%bc%20x");
        assertThat(Customised.words(Customised.Layer.KEPT, Optional.of(takingBack()), RELEASE))
                .endsWith(" carryall.takeback=" + ID + ":all");
    }

    @Test
    void whatWasAskedBeforeIsTakenBackToo() {
        assertThat(paths(takingBack("/etc/a").takingBack(List.of("/etc/b"))))
                .containsExactly("/etc/a", "/etc/b");
        assertThat(paths(takingBack().takingBack(List.of("/etc/b")))).isEmpty();
        assertThat(paths(takingBack("/etc/b").takingBack(List.of()))).isEmpty();
    }

    @Test
    void eachTakingBackIsAnotherOne() {
        assertThat(Customised.begun()).isNotEqualTo(Customised.begun());
        assertThat(paths(Customised.begun())).isEmpty();
    }

    @Test
    void theHeadSaysIt() throws IOException {
        Path file = temp.resolve("head.json");
        for (Customised each : List.of(Customised.KEPT, takingBack("/etc/a"), takingBack())) {
            Head head = Head.NEW.with(Optional.of(each));
            head.write(file);
            assertThat(Head.read(file)).isEqualTo(head);
        }
        Head.NEW.write(file);
        assertThat(Head.read(file)).isEqualTo(Head.NEW);
    }
}
