package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// QEMU's machine protocol (QEMU, "QEMU Machine Protocol Specification"). One virtual thread reads;
/// any thread may ask.
final class Qmp implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JsonLines line;
    private final Map<Long, CompletableFuture<Map<String, Object>>> waiting =
            new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final Consumer<Map<String, Object>> events;

    private Qmp(JsonLines line, Consumer<Map<String, Object>> events) {
        this.line = line;
        this.events = events;
    }

    /// Connects, reads the greeting, and leaves the negotiation mode.
    ///
    /// @param alive waits no longer when this is completed
    static Qmp connect(
            Path socket, CompletableFuture<?> alive, Consumer<Map<String, Object>> events)
            throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            if (alive.isDone()) {
                throw new IOException("QEMU ended");
            }
            if (System.nanoTime() > end) {
                throw new HypervisorException.NoAnswer("the first connection", PATIENCE);
            }
            if (Files.exists(socket)) {
                try {
                    JsonLines line = JsonLines.connect(socket);
                    if (!line.read().containsKey("QMP")) {
                        throw new IOException("no QMP greeting");
                    }
                    Qmp qmp = new Qmp(line, events);
                    Thread.ofVirtual().name("QMP " + socket).start(qmp::listen);
                    qmp.ask("qmp_capabilities", Map.of());
                    return qmp;
                } catch (java.net.ConnectException notListening) {
                    pause();
                }
            } else {
                pause();
            }
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(5);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", stop);
        }
    }

    /// Asks and waits for the answer.
    ///
    /// @return what stands under `return`: a map, a list, or a scalar
    Object ask(String command, Map<String, Object> arguments) throws HypervisorException {
        long id = lastId.incrementAndGet();
        CompletableFuture<Map<String, Object>> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        try {
            line.write(Map.of("execute", command, "arguments", arguments, "id", id));
            Map<String, Object> reply = answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (reply.get("error") instanceof Map<?, ?> error) {
                throw new HypervisorException.CommandRefused(
                        command, String.valueOf(error.get("desc")));
            }
            Object value = reply.get("return");
            return value == null ? Map.of() : value;
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.NoAnswer(command, failure);
        } catch (ExecutionException failure) {
            throw new HypervisorException.NoAnswer(command, failure);
        } catch (TimeoutException late) {
            throw new HypervisorException.NoAnswer(command, PATIENCE);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.NoAnswer(command, stop);
        } finally {
            waiting.remove(id);
        }
    }

    private void listen() {
        try {
            while (true) {
                Map<String, Object> object = line.read();
                if (object.get("id") instanceof Number id) {
                    CompletableFuture<Map<String, Object>> answer = waiting.get(id.longValue());
                    if (answer != null) {
                        answer.complete(object);
                    }
                } else if (object.containsKey("event")) {
                    events.accept(object);
                }
            }
        } catch (IOException over) {
            line.close();
            waiting.values().forEach(answer -> answer.completeExceptionally(over));
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
