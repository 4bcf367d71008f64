package carryall.hypervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// The guest agent's protocol (QEMU, "QEMU Guest Agent Protocol Reference"). Each question has a
/// connection of its own, which begins with `guest-sync-delimited`, so that the answer to an
/// earlier question that came late, or half of one, is never taken for this one's.
final class AgentLine implements GuestAgent {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Path socket;

    AgentLine(Path socket) {
        this.socket = socket;
    }

    @Override
    public boolean answers(Duration patience) {
        try {
            ask("guest-ping", Map.of(), patience);
            return true;
        } catch (HypervisorException silent) {
            return false;
        }
    }

    @Override
    public void shutdown() throws HypervisorException {
        tell("guest-shutdown", Map.of("mode", "powerdown"));
    }

    @Override
    public void setClock(Instant now) throws HypervisorException {
        long nanos =
                Math.addExact(
                        Math.multiplyExact(now.getEpochSecond(), 1_000_000_000L), now.getNano());
        ask("guest-set-time", Map.of("time", nanos), PATIENCE);
    }

    @Override
    public void trim() throws HypervisorException {
        ask("guest-fstrim", Map.of(), Duration.ofMinutes(2));
    }

    @Override
    public Outcome run(List<String> program, String input, Duration patience)
            throws HypervisorException {
        long end = System.nanoTime() + patience.toNanos();
        Object started =
                ask(
                        "guest-exec",
                        Map.of(
                                "path",
                                program.getFirst(),
                                "arg",
                                program.subList(1, program.size()),
                                "input-data",
                                Base64.getEncoder()
                                        .encodeToString(input.getBytes(StandardCharsets.UTF_8)),
                                "capture-output",
                                true),
                        patience);
        if (!(started instanceof Map<?, ?> map && map.get("pid") instanceof Number pid)) {
            throw new HypervisorException.NoAnswer("guest-exec", PATIENCE);
        }
        // Each question costs a slow guest time that the program could use.
        Duration pause = Duration.ofMillis(50);
        while (System.nanoTime() < end) {
            Object answer = ask("guest-exec-status", Map.of("pid", pid.longValue()), PATIENCE);
            if (answer instanceof Map<?, ?> status && Boolean.TRUE.equals(status.get("exited"))) {
                Number code = status.get("exitcode") instanceof Number number ? number : 255;
                return new Outcome(
                        code.intValue(),
                        decoded(status.get("out-data")) + decoded(status.get("err-data")));
            }
            pause(pause);
            pause = pause.compareTo(Duration.ofMillis(200)) < 0 ? pause.multipliedBy(2) : pause;
        }
        throw new HypervisorException.NoAnswer(program.getFirst() + " in the guest", patience);
    }

    private static String decoded(@Nullable Object base64) {
        if (!(base64 instanceof String text)) {
            return "";
        }
        try {
            return new String(Base64.getDecoder().decode(text), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException rubbish) {
            return "";
        }
    }

    private synchronized Object ask(
            String command, Map<String, Object> arguments, Duration patience)
            throws HypervisorException {
        return converse(
                patience,
                command,
                line -> {
                    line.write(question(command, arguments));
                    return line.read();
                });
    }

    private synchronized void tell(String command, Map<String, Object> arguments)
            throws HypervisorException {
        converse(
                PATIENCE,
                command,
                line -> {
                    line.write(question(command, arguments));
                    return Map.of("return", Map.of());
                });
    }

    private static Map<String, Object> question(String command, Map<String, Object> arguments) {
        Map<String, Object> question = new HashMap<>();
        question.put("execute", command);
        question.put("arguments", arguments);
        return question;
    }

    /// What is said in a conversation once both sides are in step.
    private interface Exchange {
        Map<String, Object> with(JsonLines line) throws IOException;
    }

    private Object converse(Duration patience, String asked, Exchange exchange)
            throws HypervisorException {
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        try (JsonLines line = JsonLines.connect(socket)) {
            Thread.ofVirtual()
                    .name("guest agent " + socket)
                    .start(() -> {
                        try {
                            synchronise(line);
                            answer.complete(exchange.with(line));
                        } catch (IOException | RuntimeException failure) {
                            answer.completeExceptionally(failure);
                        }
                    });
            Map<String, Object> reply = answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            if (reply.get("error") instanceof Map<?, ?> error) {
                throw new HypervisorException.CommandRefused(
                        asked, String.valueOf(error.get("desc")));
            }
            Object value = reply.get("return");
            return value == null ? Map.of() : value;
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException | ExecutionException failure) {
            throw new HypervisorException.NoAnswer(asked, failure);
        } catch (TimeoutException late) {
            throw new HypervisorException.NoAnswer(asked, patience);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.NoAnswer(asked, stop);
        }
    }

    private static void synchronise(JsonLines line) throws IOException {
        long id = ThreadLocalRandom.current().nextLong(1, 1L << 31);
        line.write(question("guest-sync-delimited", Map.of("id", id)));
        while (!(line.read().get("return") instanceof Number number && number.longValue() == id)) {
            Thread.onSpinWait();
        }
    }

    private static void pause(Duration time) throws HypervisorException {
        try {
            Thread.sleep(time);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.NoAnswer("the guest", stop);
        }
    }
}
