package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class QmpTest {
    private static final String GREETING = "{\"QMP\": {\"version\": {}, \"capabilities\": []}}\n";

    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final BlockingQueue<Map<String, Object>> events = new LinkedBlockingQueue<>();

    @TempDir private Path folder;

    private Peer qemu(Peer.Part part) throws IOException {
        return Peer.at(folder.resolve("s"), part);
    }

    private Qmp connect() throws IOException {
        return connect(Duration.ofSeconds(10));
    }

    private Qmp connect(Duration patience) throws IOException {
        return Qmp.connect(folder.resolve("s"), patience, ended, events::add);
    }

    private static void greet(Peer.Line line) throws IOException {
        line.says(GREETING);
        answer(line.hearsId(), line, "{}");
    }

    private static void answer(String id, Peer.Line line, String value) throws IOException {
        line.says("{\"return\": " + value + ", \"id\": " + id + "}\n");
    }

    @Test
    void answersAreTakenByTheirNumberAndNotByTheirOrder() throws Exception {
        try (Peer _ =
                        qemu((_, line) -> {
                            greet(line);
                            List<String> ids =
                                    new ArrayList<>(List.of(line.hearsId(), line.hearsId()));
                            Collections.reverse(ids);
                            for (String id : ids) {
                                line.says("{\"return\": \"of nobody\", \"id\": 9" + id + "}\n");
                                answer(id, line, "\"of " + id + "\"");
                            }
                            line.hears();
                        });
                Qmp qmp = connect()) {
            List<CompletableFuture<Object>> answers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                CompletableFuture<Object> answer = new CompletableFuture<>();
                answers.add(answer);
                Thread.ofVirtual()
                        .start(() -> {
                            try {
                                answer.complete(qmp.ask("query-status", Map.of()));
                            } catch (IOException failure) {
                                answer.completeExceptionally(failure);
                            }
                        });
            }
            List<Object> said = new ArrayList<>();
            for (CompletableFuture<Object> answer : answers) {
                said.add(answer.get(10, TimeUnit.SECONDS));
            }
            assertThat(said).containsExactlyInAnyOrder("of 2", "of 3");
        }
    }

    @Test
    void eventsArriveInOrderWhileAQuestionWaits() throws Exception {
        try (Peer _ =
                        qemu((_, line) -> {
                            greet(line);
                            String id = line.hearsId();
                            line.says("{\"event\": \"RESET\", \"data\": {\"guest\": true}}\n");
                            line.says(
                                    "{\"event\": \"SHUTDOWN\", \"data\": {\"reason\": \"host-qmp-quit\"}}\n");
                            answer(id, line, "{}");
                            line.hears();
                        });
                Qmp qmp = connect()) {
            qmp.ask("quit", Map.of());
            assertThat(QemuEvents.parse(events.take())).contains(new QemuEvent.Reset());
            assertThat(QemuEvents.parse(events.take()))
                    .contains(new QemuEvent.ShutDown("host-qmp-quit"));
        }
    }

    @Test
    void whatQemuRefusesIsSaidInItsWords() throws Exception {
        try (Peer _ =
                        qemu((_, line) -> {
                            greet(line);
                            String id = line.hearsId();
                            line.says(
                                    "{\"error\": {\"class\": \"GenericError\", \"desc\": \"not now\"}, \"id\": "
                                            + id
                                            + "}\n");
                            line.hears();
                        });
                Qmp qmp = connect()) {
            assertThatThrownBy(() -> qmp.ask("cont", Map.of()))
                    .isInstanceOf(HypervisorException.CommandRefused.class)
                    .hasMessageContaining("cont")
                    .hasMessageContaining("not now");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "rubbish\n"})
    void aQuestionFailsAtOnceWhenTheLineIsClosedOrSpoilt(String last) throws Exception {
        try (Peer _ =
                        qemu((_, line) -> {
                            greet(line);
                            line.hears();
                            line.says(last);
                        });
                Qmp qmp = connect()) {
            assertThatThrownBy(() -> qmp.ask("query-status", Map.of()))
                    .isInstanceOf(HypervisorException.NoAnswer.class)
                    .hasMessageContaining("query-status");
            assertThatThrownBy(() -> qmp.ask("query-name", Map.of()))
                    .isInstanceOf(HypervisorException.NoAnswer.class)
                    .hasMessageContaining("query-name");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"hello\": 1}\n", "RFB 003.008\n", ""})
    void aPeerThatIsNotQemuIsRefused(String greeting) throws Exception {
        try (Peer _ = qemu((_, line) -> line.says(greeting))) {
            assertThatThrownBy(this::connect).isInstanceOf(IOException.class);
        }
    }

    @Test
    void aQemuThatDoesNotGreetIsGivenUp() throws Exception {
        try (Peer _ = qemu((_, line) -> line.hears())) {
            assertThatThrownBy(() -> connect(Duration.ofMillis(200)))
                    .isInstanceOf(HypervisorException.NoAnswer.class);
        }
    }

    @Test
    void nobodyWaitsForAQemuThatEnded() {
        ended.complete("with code 1");

        assertThatThrownBy(this::connect)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("ended");
    }

    @Test
    void eventsOfAnyShapeAreRead() {
        assertThat(
                        QemuEvents.parse(
                                Map.of(
                                        "event",
                                        "BLOCK_IO_ERROR",
                                        "data",
                                        Map.of(
                                                "node-name",
                                                "layer-system-3",
                                                "nospace",
                                                true,
                                                "reason",
                                                "No space left on device"))))
                .contains(new QemuEvent.DiskPaused("system", true, "No space left on device"));
        assertThat(QemuEvents.parse(Map.of("event", "BLOCK_IO_ERROR", "data", List.of())))
                .contains(new QemuEvent.DiskPaused("", false, ""));
        assertThat(QemuEvents.parse(Map.of("event", "SHUTDOWN", "data", Map.of("reason", 7))))
                .contains(new QemuEvent.ShutDown(""));
        assertThat(QemuEvents.parse(Map.of("event", List.of()))).isEmpty();
        assertThat(QemuEvents.parse(Map.of())).isEmpty();
    }
}
