package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// docs/formats/commands.md and the verbs say the same.
final class CommandsPageTest {
    private static String page() throws IOException {
        Path root = Files.isDirectory(Path.of("docs")) ? Path.of("") : Path.of("..");
        return Files.readString(root.resolve("docs/formats/commands.md"));
    }

    @Test
    void everyVerbThatPeopleTypeIsOnThePageAndHasJson() throws IOException {
        String titles =
                page().lines()
                        .filter(line -> line.startsWith("### "))
                        .map(line -> line.substring(4).replace(";", ""))
                        .collect(Collectors.joining(" ", " ", " "));
        for (var verb : Verbs.whole().getSubcommands().entrySet()) {
            boolean hidden = verb.getValue().getCommandSpec().usageMessage().hidden();
            assertThat(titles.contains(" " + verb.getKey() + " "))
                    .as(verb.getKey())
                    .isEqualTo(!hidden);
            var below = verb.getValue().getSubcommands().values();
            for (var each : below.isEmpty() ? List.of(verb.getValue()) : below) {
                assertThat(each.getCommandSpec().findOption("--json") != null)
                        .as(each.getCommandName())
                        .isEqualTo(!hidden);
            }
        }
    }

    @Test
    void everyExitCodeHasARow() throws IOException {
        Map<Integer, String> codes =
                IntStream.rangeClosed(Exit.DONE, Exit.GUEST)
                        .boxed()
                        .collect(Collectors.toMap(code -> code, code -> "\n| " + code + " | "));
        assertThat(page()).contains(codes.values());
    }
}
