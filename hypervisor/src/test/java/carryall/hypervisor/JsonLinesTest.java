package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class JsonLinesTest {
    @TempDir private Path folder;

    private Path socket() {
        return folder.resolve("s");
    }

    @Test
    void objectsAreReadLineByLineWhateverTheirPackets() throws Exception {
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, line) -> {
                                    line.says("{\"a\"");
                                    line.says(": 1}\r\n\n  \n{\"b\": \"ü\"}\n");
                                    line.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThat(lines.read()).hasToString("{a=1}");
            assertThat(lines.read()).isEqualTo(Map.of("b", "ü"));
        }
    }

    @Test
    void anFfByteThrowsAwayTheHalfLineBeforeIt() throws Exception {
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, line) -> {
                                    line.says("{\"half\": [");
                                    line.says(new byte[] {(byte) 0xff});
                                    line.says("{\"whole\": true}\n");
                                    line.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThat(lines.read()).isEqualTo(Map.of("whole", true));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rubbish",
                "[1]",
                "\"text\"",
                "7",
                "null",
                "{",
                "{\"a\":}",
                "{\"a\":1,}",
                "}{",
                "{\"a\":1}{",
                "\0",
                "{\"a\":\"\\uZZZZ\"}",
                "{\"a\":1e999999999}"
            })
    void whatIsNoObjectIsAFailureOfTheWorld(String text) throws Exception {
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, line) -> {
                                    line.says(text + "\n");
                                    line.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            try {
                // What the parser forgives must at least be an object.
                assertThat(lines.read()).isNotNull();
            } catch (IOException refused) {
                assertThat(refused).hasMessageContaining("not a JSON object");
            }
        }
    }

    @Test
    void deeplyNestedJsonIsAFailureOfTheWorld() throws Exception {
        String deep = "{\"a\":" + "[".repeat(500_000);
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, line) -> {
                                    line.says(deep + "\n");
                                    line.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThatThrownBy(lines::read).isInstanceOf(IOException.class);
        }
    }

    @Test
    void randomBytesNeverDoMoreThanFail() throws Exception {
        Random random = new Random(20261123);
        try (Peer _ =
                Peer.at(
                        socket(),
                        (_, line) -> {
                            byte[] bytes = new byte[random.nextInt(1, 2000)];
                            random.nextBytes(bytes);
                            byte[] start = "{\"a\":[\"".getBytes(StandardCharsets.UTF_8);
                            if (random.nextBoolean()) {
                                System.arraycopy(
                                        start, 0, bytes, 0, Math.min(bytes.length, start.length));
                            }
                            line.says(bytes);
                            line.says("\n");
                        })) {
            for (int i = 0; i < 500; i++) {
                try (JsonLines lines = JsonLines.connect(socket())) {
                    while (true) {
                        assertThat(lines.read()).isNotNull();
                    }
                } catch (IOException refusedOrOver) {
                    assertThat(refusedOrOver)
                            .hasMessageMatching(
                                    "(?s)(not a JSON|the peer closed|Connection reset).*");
                }
            }
        }
    }

    @Test
    void aLineOfOverOneMebibyteIsRefusedBeforeItsEnd() throws Exception {
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, line) -> {
                                    byte[] endless =
                                            "x".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
                                    while (true) {
                                        line.says(endless);
                                    }
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThatThrownBy(lines::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("1048576");
        }
    }

    @Test
    void aLineOfOneMebibyteIsRead() throws Exception {
        String start = "{\"a\":[" + "[],".repeat(300_000);
        String end = "[]]}";
        String line = start + " ".repeat((1 << 20) - start.length() - end.length()) + end;
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, peer) -> {
                                    peer.says(line + "\n");
                                    peer.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThat(lines.read().get("a"))
                    .asInstanceOf(InstanceOfAssertFactories.LIST)
                    .hasSize(300_001);
        }
    }

    @Test
    void bracketsInStringsAreNotDepth() throws Exception {
        String value = "[\\\"{".repeat(1000);
        try (Peer _ =
                        Peer.at(
                                socket(),
                                (_, peer) -> {
                                    peer.says("{\"a\":\"" + value + "\"}\n");
                                    peer.hears();
                                });
                JsonLines lines = JsonLines.connect(socket())) {
            assertThat(lines.read()).isEqualTo(Map.of("a", "[\"{".repeat(1000)));
        }
    }

    @Test
    void aPeerThatHangsUpIsAFailureOfTheWorld() throws Exception {
        try (Peer _ = Peer.at(socket(), (_, line) -> line.says("{\"a\":"));
                JsonLines lines = JsonLines.connect(socket())) {
            assertThatThrownBy(lines::read)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("closed");
        }
    }

    @Test
    void whatIsWrittenIsOneLine() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        try (Peer _ = Peer.at(socket(), (_, line) -> heard.complete(line.hears()));
                JsonLines lines = JsonLines.connect(socket())) {
            lines.write(Map.of("a", "one\ntwo"));
            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("{\"a\":\"one\\ntwo\"}");
        }
    }

    @Test
    void aSocketThatNobodyListensAtIsAFailureOfTheWorld() {
        assertThatThrownBy(() -> JsonLines.connect(socket())).isInstanceOf(IOException.class);
    }
}
