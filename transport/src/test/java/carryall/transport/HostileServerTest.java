package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Whatever a server does, reading from it ends soon, with little memory and a clear word, and what
/// is not what was asked for is not given on.
final class HostileServerTest extends HostileServer {
    /// What may lie in the buffers of both sides.
    private static final long SOCKETS = 16 << 20;

    @Test
    void allInsteadOfARangeIsRefused() throws IOException {
        Repository shelf = web(exchange -> LocalServer.answer(exchange, 200, OCTETS, PACK));
        assertThat(fails(TransportException.Refused.class, HostileServer::readRange, shelf))
                .hasMessageContaining("it has no ranges");
    }

    @Test
    void aShiftedRangeIsDamaged() throws IOException {
        Repository shelf = web(exchange -> part(exchange, "bytes 1001-6000/100000", 1001, 5000));
        fails(TransportException.Damaged.class, HostileServer::readRange, shelf);
    }

    @Test
    void aRangeOfAnotherSizeIsDamaged() throws IOException {
        Repository shelf = web(exchange -> part(exchange, "bytes 1000-5999/100001", 1000, 5000));
        fails(TransportException.Damaged.class, HostileServer::readRange, shelf);
    }

    @Test
    void aRangeThatSaysNothingIsDamaged() throws IOException {
        Repository shelf = web(exchange -> LocalServer.answer(exchange, 206, OCTETS, PACK));
        fails(TransportException.Damaged.class, HostileServer::readRange, shelf);
    }

    @Test
    void aRangeWithAnotherLengthIsDamaged() throws IOException {
        Repository shelf = web(exchange -> part(exchange, "bytes 1000-5999/100000", 1000, 4999));
        fails(TransportException.Damaged.class, HostileServer::readRange, shelf);
    }

    @Test
    void aShortRangeThatSaysNoLengthIsDamaged() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 1000-5999/100000");
                    endless(exchange, 206).write(PACK, 1000, 4999);
                });
        assertThat(fails(TransportException.Damaged.class, HostileServer::readRange, shelf))
                .hasMessageContaining("it ended after 4999 of 5000 bytes");
    }

    @Test
    void anEndlessRangeIsDamaged() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 1000-5999/100000");
                    OutputStream to = endless(exchange, 206);
                    while (over.getCount() > 0) {
                        to.write(PACK);
                    }
                });
        assertThat(fails(TransportException.Damaged.class, HostileServer::readRange, shelf))
                .hasMessageContaining("more than 5000 bytes came");
    }

    @Test
    void anEndlessBlobIsDamaged() throws IOException {
        Repository shelf =
                web(exchange -> {
                    OutputStream to = endless(exchange, 200);
                    while (over.getCount() > 0) {
                        to.write(PACK);
                    }
                });
        fails(TransportException.Damaged.class, HostileServer::readBlob, shelf);
        assertThat(sent.get()).isLessThan(PACK.length + SOCKETS);
    }

    @Test
    void aLengthThatLiesIsUnreachableAfterThreeTries() throws IOException {
        Repository shelf =
                web(exchange -> {
                    asked++;
                    exchange.sendResponseHeaders(200, PACK.length);
                    exchange.getResponseBody().write(PACK, 0, 50_000);
                    exchange.getResponseBody().flush();
                });
        fails(TransportException.Unreachable.class, HostileServer::readBlob, shelf);
        assertThat(asked).isEqualTo(3);
        assertThat(waits.all()).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @Test
    void aRangeThatIsCutSaysHowFarItCame() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 1000-5999/100000");
                    exchange.sendResponseHeaders(206, 5000);
                    exchange.getResponseBody().write(PACK, 1000, 3000);
                    exchange.getResponseBody().flush();
                });
        assertThat(fails(TransportException.Unreachable.class, HostileServer::readRange, shelf))
                .hasMessageContaining("of 5000 bytes");
    }

    @Test
    void changedBytesAreDamaged() throws IOException {
        byte[] changed = PACK.clone();
        changed[77_777] ^= 1;
        Repository shelf = web(exchange -> LocalServer.answer(exchange, 200, OCTETS, changed));
        assertThat(fails(TransportException.Damaged.class, HostileServer::readBlob, shelf))
                .hasMessageContaining("its digest is another");
    }

    @Test
    void aShorterPackIsDamaged() throws IOException {
        Repository shelf = web(exchange -> LocalServer.answer(exchange, 416));
        assertThat(fails(TransportException.Damaged.class, HostileServer::readRange, shelf))
                .hasMessageContaining("416");
    }

    @Test
    void aCompressedAnswerIsDamaged() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Content-Encoding", "gzip");
                    LocalServer.answer(exchange, 200, OCTETS, PACK);
                });
        fails(TransportException.Damaged.class, HostileServer::readBlob, shelf);
    }

    @Test
    void aPageInsteadOfTheIndexIsDamaged() throws IOException {
        byte[] page = Samples.utf8("<!doctype html><title>Log in</title>");
        Repository shelf =
                web(exchange -> LocalServer.answer(exchange, 200, "text/html; charset=x", page));
        assertThat(fails(TransportException.Damaged.class, Repository::tags, shelf))
                .hasMessageContaining("a web page (text/html) came instead");
        fails(TransportException.Damaged.class, HostileServer::readBlob, shelf);
    }

    @Test
    void aPageInsteadOfAManifestIsDamaged() throws IOException {
        byte[] page = Samples.utf8("<!doctype html>");
        Repository shelf =
                registry(exchange -> LocalServer.answer(exchange, 200, "text/html", page));
        fails(TransportException.Damaged.class, r -> r.resolve("stable"), shelf);
        fails(TransportException.Damaged.class, Repository::tags, shelf);
    }

    @Test
    void aManifestOfAnotherTypeIsDamaged() throws IOException {
        Repository shelf =
                registry(exchange ->
                        LocalServer.answer(
                                exchange,
                                200,
                                "application/vnd.docker.distribution.manifest.v1+json",
                                Samples.utf8("{}")));
        fails(TransportException.Damaged.class, r -> r.resolve("stable"), shelf);
        fails(TransportException.Damaged.class, r -> r.manifest(DIGEST), shelf);
    }

    @Test
    void aManifestThatSaysItIsAnotherTypeIsDamaged() throws IOException {
        Repository shelf =
                registry(exchange ->
                        LocalServer.answer(
                                exchange,
                                200,
                                ManifestText.MANIFEST,
                                Samples.utf8("{\"mediaType\":\"" + ManifestText.INDEX + "\"}")));
        fails(TransportException.Damaged.class, r -> r.resolve("stable"), shelf);
    }

    @Test
    void anotherManifestThanTheDigestIsDamaged() throws IOException {
        Repository shelf =
                registry(exchange ->
                        LocalServer.answer(
                                exchange, 200, ManifestText.MANIFEST, Samples.utf8("{}")));
        fails(TransportException.Damaged.class, r -> r.manifest(DIGEST), shelf);
    }

    @Test
    void anEndlessManifestIsDamaged() throws IOException {
        Repository shelf =
                registry(exchange -> {
                    exchange.getResponseHeaders().set("Content-Type", ManifestText.MANIFEST);
                    OutputStream to = endless(exchange, 200);
                    while (over.getCount() > 0) {
                        to.write(PACK);
                    }
                });
        fails(TransportException.Damaged.class, r -> r.resolve("stable"), shelf);
        assertThat(sent.get()).isLessThan(Repository.LARGEST_MANIFEST + SOCKETS);
    }

    @Test
    void listsWithoutEndAreRefused() throws IOException {
        Repository shelf =
                registry(exchange -> {
                    exchange.getResponseHeaders()
                            .set("Link", "</v2/acme/a/tags/list>; rel=\"next\"");
                    LocalServer.answer(
                            exchange, 200, "application/json", Samples.utf8("{\"tags\":[\"x\"]}"));
                });
        assertThat(fails(TransportException.Refused.class, Repository::tags, shelf))
                .hasMessageContaining("without end");
    }

    @Test
    void aListThatGoesOnElsewhereIsRefused() throws IOException {
        try (LocalServer elsewhere = new LocalServer(e -> LocalServer.answer(e, 200))) {
            Repository shelf =
                    registry(exchange -> {
                        exchange.getResponseHeaders()
                                .set("Link", "<" + elsewhere.uri("/") + ">; rel=\"next\"");
                        LocalServer.answer(
                                exchange,
                                200,
                                "application/json",
                                Samples.utf8("{\"tags\":[\"x\"]}"));
                    });
            fails(TransportException.Refused.class, Repository::tags, shelf);
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @Test
    void aConnectionThatStallsIsUnreachable() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Content-Range", "bytes 1000-5999/100000");
                    exchange.sendResponseHeaders(206, 5000);
                    exchange.getResponseBody().write(PACK, 1000, 10);
                    exchange.getResponseBody().flush();
                    untilOver();
                });
        assertThat(fails(TransportException.Unreachable.class, HostileServer::readRange, shelf))
                .hasMessageContaining("it stalled; only 10 bytes");
    }

    @Test
    void aTrickleIsUnreachable() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.sendResponseHeaders(200, PACK.length);
                    for (int i = 0; i < PACK.length && over.getCount() > 0; i++) {
                        exchange.getResponseBody().write(PACK[i]);
                        exchange.getResponseBody().flush();
                        pause();
                    }
                });
        assertThat(fails(TransportException.Unreachable.class, HostileServer::readBlob, shelf))
                .hasMessageContaining("it stalled");
    }

    @Test
    void aServerThatNeverAnswersIsUnreachable() throws IOException {
        Repository shelf = web(_ -> untilOver());
        assertThat(fails(TransportException.Unreachable.class, Repository::tags, shelf))
                .hasMessageContaining("no answer came");
    }

    private void untilOver() {
        try {
            over.await(15, TimeUnit.SECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause() {
        try {
            over.await(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void nobodyListeningIsUnreachable() throws IOException {
        Repository shelf = web(_ -> {});
        close();
        server = Optional.empty();
        fails(TransportException.Unreachable.class, Repository::tags, shelf);
        assertThat(waits.all()).hasSize(2);
    }

    @Test
    void aConnectionThatIsResetOnceIsTriedAgain() throws IOException {
        Repository shelf =
                web(exchange -> {
                    if (asked++ < 2) {
                        throw new IOException("reset");
                    }
                    LocalServer.answer(exchange, 200, OCTETS, PACK);
                });
        assertThat(shelf.blob(DIGEST, PACK.length)).isEqualTo(PACK);
    }

    @Test
    void aBusyServerIsAskedAgainWhenItSays() throws IOException {
        Repository shelf =
                web(exchange -> {
                    if (asked++ == 0) {
                        exchange.getResponseHeaders().set("Retry-After", "7");
                        LocalServer.answer(exchange, 429);
                    } else if (asked == 2) {
                        exchange.getResponseHeaders()
                                .set("Retry-After", "Tue, 24 Nov 2026 09:00:20 GMT");
                        LocalServer.answer(exchange, 503);
                    } else {
                        LocalServer.answer(exchange, 200, OCTETS, PACK);
                    }
                });
        assertThat(shelf.blob(DIGEST, PACK.length)).isEqualTo(PACK);
        assertThat(waits.all()).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(20));
    }

    @Test
    void aServerThatIsBusyForLongIsNotWaitedFor() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("Retry-After", "999999999");
                    LocalServer.answer(exchange, 429);
                });
        assertThat(
                        fails(TransportException.Unreachable.class, Repository::tags, shelf)
                                .retryAfter())
                .contains(Duration.ofSeconds(999_999_999));
        assertThat(waits.all()).isEmpty();
    }

    @Test
    void aServerThatBreaksIsAskedThreeTimes() throws IOException {
        Repository shelf =
                web(exchange -> {
                    asked++;
                    LocalServer.answer(exchange, 500);
                });
        assertThat(fails(TransportException.Unreachable.class, Repository::tags, shelf))
                .hasMessageContaining("it answered 500");
        assertThat(asked).isEqualTo(3);
    }

    @Test
    void aServerThatSpeaksTlsOnlyIsNamedSo() throws IOException {
        Repository shelf =
                web(exchange ->
                        LocalServer.answer(
                                exchange,
                                400,
                                "text/plain",
                                Samples.utf8("Client sent an HTTP request to an HTTPS server.")));
        assertThat(fails(TransportException.Distrusted.class, Repository::tags, shelf))
                .hasMessageContaining("speaks TLS only");
    }

    @Test
    void aServerThatIsNotThereIsNamedWithItsAddress() throws IOException {
        Repository shelf = web(exchange -> LocalServer.answer(exchange, 404));
        String host = server.orElseThrow().host();
        close();
        assertThat(fails(TransportException.Unreachable.class, Repository::tags, shelf))
                .hasMessageEndingWith("cannot be reached: nothing answers at " + host);
    }

    @Test
    void whoeverIsNotLetInIsToldSo() throws IOException {
        for (int status : new int[] {401, 403}) {
            Repository shelf = web(exchange -> LocalServer.answer(exchange, status));
            fails(TransportException.Unauthorized.class, Repository::tags, shelf);
            close();
        }
    }

    @Test
    void hugeHeadersAreRefused() throws IOException {
        Repository shelf =
                web(exchange -> {
                    exchange.getResponseHeaders().set("X-Much", "x".repeat(40_000));
                    LocalServer.answer(exchange, 200, OCTETS, PACK);
                });
        fails(TransportException.Refused.class, HostileServer::readBlob, shelf);
    }
}
