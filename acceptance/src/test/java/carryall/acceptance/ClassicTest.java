package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A foreign guest on the hardware of the 1990s: GRUB Invaders, a game without any operating system
/// and without any agent.
final class ClassicTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Screen.Region SKY = new Screen.Region(0, 0, 1, 0.5);
    private static final Screen.Region GROUND = new Screen.Region(0, 0.9, 1, 1);
    private static final int CYAN = 0x00a8a8;
    private static final int MAGENTA = 0xa800a8;
    private static final int BLACK = 0x000000;

    @TempDir private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    @BeforeEach
    void runTheGame() throws Exception {
        command = Command.over(folder.resolve("home"));
        Path recipe = Files.createDirectory(folder.resolve("invaders"));
        GrubDisk.write(
                recipe.resolve("invaders.raw"),
                List.of("multiboot", "boot"),
                "multiboot %s\nboot\n",
                List.of(Path.of("/boot/invaders.exec")));
        Files.writeString(
                recipe.resolve("recipe.yaml"),
                """
                name: invaders
                version: "1.0.0"
                title: GRUB Invaders
                summary: Shoot what comes down.
                image: invaders.raw
                memory: 16MiB
                cpus: 1
                profile: classic
                """,
                StandardCharsets.UTF_8);
        command.run("run", recipe.toString(), "--detach").succeeded();
        Waiting.until("the game is on the screen", PATIENCE, () -> isGame(screen()));
    }

    @AfterEach
    void endAll() throws Exception {
        command.stopAll();
    }

    private Screen screen() throws Exception {
        return Screen.of(command, "invaders");
    }

    /// Invaders in the sky, a ship on the ground, and night all around.
    private static boolean isGame(Screen screen) {
        return screen.share(SKY, colour -> colour == CYAN) > 0.002
                && screen.share(GROUND, colour -> colour == MAGENTA) > 0.0005
                && screen.share(Screen.Region.ALL, colour -> colour == BLACK) > 0.9;
    }

    @Test
    void theGameRunsIsPlayedAndEndsWhenInsistedOn() throws Exception {
        Screen before = screen();
        Waiting.until(
                "the invaders fly",
                PATIENCE,
                () -> before.difference(screen(), SKY) > 0 && isGame(screen()));

        // The ship stands in the middle; the game misses some keys, and is over in 38 seconds.
        Screen.Region right = new Screen.Region(0.525, 0.9, 1, 1);
        assertThat(screen().share(right, colour -> colour == MAGENTA)).isZero();
        Waiting.until(
                "the ship follows the keys",
                PATIENCE,
                () -> {
                    command.run("press", "invaders", "right", "right", "right", "right")
                            .succeeded();
                    return screen().share(right, colour -> colour == MAGENTA) > 0;
                });

        command.run("suspend", "invaders").succeeded();
        assertThat(command.listed("invaders").get("status")).isEqualTo("suspended");
        command.run("resume", "invaders", "--detach").succeeded();
        assertThat(command.listed("invaders").get("opening")).isEqualTo("resuming state 1");
        Screen resumed = screen();
        assertThat(isGame(resumed)).isTrue();
        Waiting.until("the invaders fly on", PATIENCE, () -> resumed.difference(screen(), SKY) > 0);

        assertThat(command.run("stop", "invaders", "--patience", "2", "--json").object())
                .containsEntry("outcome", "forced");
        assertThat(command.listed("invaders").get("status")).isEqualTo("stopped");
        Processes.awaitNone(command, "invaders");
    }
}
