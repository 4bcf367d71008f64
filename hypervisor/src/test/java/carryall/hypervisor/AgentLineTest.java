package carryall.hypervisor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class AgentLineTest {
    private static final Duration LONG = Duration.ofSeconds(10);
    private static final Duration SHORT = Duration.ofMillis(200);

    @TempDir private Path folder;

    private Peer guest(Peer.Part part) throws IOException {
        return Peer.at(folder.resolve("s"), part);
    }

    private AgentLine agent() {
        return new AgentLine(folder.resolve("s"));
    }

    /// Does what an agent does with which a conversation begins.
    private static void synchronise(Peer.Line line) throws IOException {
        String id = line.hearsId();
        line.says(new byte[] {(byte) 0xff});
        line.says("{\"return\": " + id + "}\n");
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anAgentThatAnswersAnswers() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    assertThat(line.hears()).contains("guest-ping");
                    line.says("{\"return\": {}}\n");
                    line.hears();
                })) {
            assertThat(agent().answers(LONG)).isTrue();
        }
    }

    @Test
    void aSilentAgentDoesNotAnswerInTime() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    while (true) {
                        line.hears();
                    }
                })) {
            assertThat(agent().answers(SHORT)).isFalse();
        }
    }

    @Test
    void whoHasLittlePatienceDoesNotWaitBehindWhoHasMuch() throws Exception {
        CountDownLatch isAsked = new CountDownLatch(1);
        try (Peer _ =
                guest((_, line) -> {
                    while (true) {
                        line.hears();
                        isAsked.countDown();
                    }
                })) {
            AgentLine agent = agent();
            Thread patient = Thread.ofVirtual().start(() -> agent.answers(LONG));
            isAsked.await();
            long begun = System.nanoTime();
            assertThat(agent.answers(SHORT)).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(LONG.dividedBy(2));
            patient.interrupt();
            patient.join();
        }
    }

    @Test
    void whereNobodyListensNobodyAnswers() {
        assertThat(agent().answers(LONG)).isFalse();
    }

    @Test
    void theLateAnswerToAnEarlierQuestionIsNeverTakenForThisOnes() throws Exception {
        try (Peer _ =
                guest((connection, line) -> {
                    if (connection == 1) {
                        // Silent until the question is given up.
                        while (true) {
                            line.hears();
                        }
                    }
                    line.says("{\"return\": {\"pid\": 1}}\n{\"return\": 7}\n");
                    line.says(
                            "{\"error\": {\"desc\": \"of the first\"}}\n{\"return\": {\"exited\": tr");
                    synchronise(line);
                    String question = line.hears();
                    line.says(
                            question.contains("guest-exec-status")
                                    ? "{\"return\": {\"exited\": true, \"exitcode\": 3, \"out-data\": \""
                                            + base64("of the second")
                                            + "\"}}\n"
                                    : "{\"return\": {\"pid\": 2}}\n");
                    line.hears();
                })) {
            AgentLine agent = agent();
            assertThat(agent.answers(SHORT)).isFalse();

            assertThat(agent.run(List.of("/bin/true"), LONG))
                    .isEqualTo(new GuestAgent.Outcome(3, "of the second"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rubbish\n", "[]\n", "{\"return\"\n", "\n\n\0\n"})
    void rubbishIsNoAnswer(String rubbish) throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    line.hears();
                    line.says(rubbish);
                })) {
            assertThat(agent().answers(LONG)).isFalse();
        }
    }

    @Test
    void anEndlessAnswerIsNoAnswer() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    while (true) {
                        line.says("x".repeat(1 << 16));
                    }
                })) {
            assertThatThrownBy(() -> agent().trim())
                    .isInstanceOf(HypervisorException.NoAnswer.class);
        }
    }

    @Test
    void anEndlessRowOfAnswersToOtherQuestionsEndsInTime() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    while (true) {
                        line.says("{\"return\": {}}\n");
                    }
                })) {
            assertThat(agent().answers(SHORT)).isFalse();
        }
    }

    @Test
    void whatTheAgentRefusesIsSaidInItsWords() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    line.hears();
                    line.says(
                            "{\"error\": {\"class\": \"CommandNotFound\", \"desc\": \"no such thing\"}}\n");
                    line.hears();
                })) {
            assertThatThrownBy(() -> agent().setClock(Instant.EPOCH))
                    .isInstanceOf(HypervisorException.CommandRefused.class)
                    .hasMessageContaining("guest-set-time")
                    .hasMessageContaining("no such thing");
        }
    }

    @Test
    void aProgramThatDoesNotEndIsGivenUp() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    line.says(
                            line.hears().contains("guest-exec-status")
                                    ? "{\"return\": {\"exited\": false}}\n"
                                    : "{\"return\": {\"pid\": 2}}\n");
                    line.hears();
                })) {
            assertThatThrownBy(() -> agent().run(List.of("/bin/cat"), Duration.ofMillis(500)))
                    .isInstanceOf(HypervisorException.NoAnswer.class)
                    .hasMessageContaining("/bin/cat");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "7",
                "[]",
                "{\"pid\": \"x\"}",
                "{\"pid\": null}",
            })
    void aStartedProgramWithoutANumberIsNoAnswer(String started) throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    line.hears();
                    line.says("{\"return\": " + started + "}\n");
                    line.hears();
                })) {
            assertThatThrownBy(() -> agent().run(List.of("/bin/true"), LONG))
                    .isInstanceOf(HypervisorException.NoAnswer.class);
        }
    }

    @Test
    void anOutputThatIsNotBase64IsEmpty() throws Exception {
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    line.says(
                            line.hears().contains("guest-exec-status")
                                    ? "{\"return\": {\"exited\": true, \"exitcode\": 0, \"out-data\": \"%\"}}\n"
                                    : "{\"return\": {\"pid\": 2}}\n");
                    line.hears();
                })) {
            assertThat(agent().run(List.of("/bin/true"), LONG))
                    .isEqualTo(new GuestAgent.Outcome(0, ""));
        }
    }

    @Test
    void aShutdownIsAskedForAndNotWaitedFor() throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        try (Peer _ =
                guest((_, line) -> {
                    synchronise(line);
                    asked.complete(line.hears());
                    line.hears();
                })) {
            agent().shutdown();
            assertThat(asked.get(10, TimeUnit.SECONDS)).contains("guest-shutdown", "powerdown");
        }
    }
}
