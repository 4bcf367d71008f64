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
    private final JsonLines line;
    private final Map<Long, CompletableFuture<Map<String, Object>>> waiting =
            new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final CompletableFuture<Map<String, Object>> greeting = new CompletableFuture<>();
    private final Duration patience;
    private final Consumer<Map<String, Object>> events;

    private Qmp(JsonLines line, Duration patience, Consumer<Map<String, Object>> events) {
        this.line = line;
        this.patience = patience;
        this.events = events;
    }

    /// Connects, reads the greeting, and leaves the negotiation mode.
    ///
    /// @param patience for the first connection, the greeting, and each answer
    /// @param ended waits no longer when this is completed
    /// @param events told of each event, in order, on one thread
    static Qmp connect(
            Path socket,
            Duration patience,
            CompletableFuture<?> ended,
            Consumer<Map<String, Object>> events)
            throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            if (ended.isDone()) {
                throw new IOException("QEMU ended");
            }
            if (System.nanoTime() > end) {
                throw new HypervisorException.NoAnswer("the first connection", patience);
            }
            if (Files.exists(socket)) {
                try {
                    return begun(new Qmp(JsonLines.connect(socket), patience, events), socket);
                } catch (java.net.ConnectException notListening) {
                    pause();
                }
            } else {
                pause();
            }
        }
    }

    private static Qmp begun(Qmp qmp, Path socket) throws IOException {
        Thread.ofVirtual().name("QMP " + socket).start(qmp::listen);
        try {
            if (!qmp.await("the first connection", qmp.greeting).containsKey("QMP")) {
                throw new IOException("no QMP greeting");
            }
            qmp.ask("qmp_capabilities", Map.of());
            return qmp;
        } catch (IOException failure) {
            qmp.close();
            throw failure;
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
            Map<String, Object> reply = await(command, answer);
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
        } finally {
            waiting.remove(id);
        }
    }

    private Map<String, Object> await(String asked, CompletableFuture<Map<String, Object>> answer)
            throws HypervisorException {
        try {
            return answer.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failure) {
            throw new HypervisorException.NoAnswer(asked, failure);
        } catch (TimeoutException late) {
            throw new HypervisorException.NoAnswer(asked, patience);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new HypervisorException.NoAnswer(asked, stop);
        }
    }

    private void listen() {
        try {
            greeting.complete(line.read());
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
            greeting.completeExceptionally(over);
            waiting.values().forEach(answer -> answer.completeExceptionally(over));
        }
    }

    @Override
    public void close() {
        line.close();
    }
}
