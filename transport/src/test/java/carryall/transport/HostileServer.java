package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import carryall.crypto.Digest;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A shelf on a server that does as it likes.
@Timeout(20)
abstract class HostileServer {
    static final byte[] PACK = Samples.bytes(100_000, 5);
    static final Digest DIGEST = Digest.of(PACK);
    static final Duration STALL = Duration.ofMillis(300);
    static final String OCTETS = "application/octet-stream";

    @TempDir private Path temp;
    final Waits waits = new Waits();
    final CountDownLatch over = new CountDownLatch(1);
    Optional<LocalServer> server = Optional.empty();
    final AtomicLong sent = new AtomicLong();
    int asked;

    @AfterEach
    void close() {
        over.countDown();
        server.ifPresent(LocalServer::close);
    }

    private static HttpSettings hasty() {
        return new HttpSettings(
                Optional.empty(),
                PlainHttp.ONLY_LOOPBACK,
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                STALL,
                1000);
    }

    Repository web(LocalServer.Handler handler) throws IOException {
        LocalServer started = new LocalServer(handler);
        server = Optional.of(started);
        return new WebShelf(started.uri("/shelf"), hasty(), waits.patience()).repository("a");
    }

    Repository registry(LocalServer.Handler handler) throws IOException {
        LocalServer started = new LocalServer(handler);
        server = Optional.of(started);
        return new RegistryShelf(
                        started.host() + "/acme",
                        hasty(),
                        RegistryShelfTest.credentials(temp, started.host(), "anna", "hunter2"),
                        waits.patience())
                .repository("a");
    }

    static void readRange(Repository repository) throws IOException {
        try (InputStream part = repository.range(DIGEST, PACK.length, 1000, 5000)) {
            part.readAllBytes();
        }
    }

    static void readBlob(Repository repository) throws IOException {
        repository.blob(DIGEST, PACK.length);
    }

    interface Reading {
        void of(Repository repository) throws IOException;
    }

    static <T extends TransportException> T fails(
            Class<T> kind, Reading reading, Repository repository) {
        T failure = catchThrowableOfType(kind, () -> reading.of(repository));
        assertThat(failure).isNotNull();
        assertThat(failure.getMessage()).contains(repository.location().replaceFirst("/a$", ""));
        return failure;
    }

    static void part(HttpExchange exchange, String contentRange, int from, int length)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Range", contentRange);
        LocalServer.answer(
                exchange, 206, OCTETS, java.util.Arrays.copyOfRange(PACK, from, from + length));
    }

    /// Sends until the other side has enough.
    void flood(OutputStream to) throws IOException {
        while (over.getCount() > 0) {
            to.write(PACK);
            sent.addAndGet(PACK.length);
        }
    }

    /// Sends with chunks, so that nothing says how much will come.
    static OutputStream endless(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, 0);
        return exchange.getResponseBody();
    }
}
