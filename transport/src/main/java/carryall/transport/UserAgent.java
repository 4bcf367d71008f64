package carryall.transport;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateExpiredException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Speaks HTTP for one shelf (RFC 9110). Follows redirects itself, so that no secret goes to
/// another host and no shelf reaches into this one; gives up what stalls; says which failures may
/// pass.
final class UserAgent {
    private static final int MOST_REDIRECTS = 5;
    private static final int LARGEST_HEADERS = 32 << 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    private final String location;
    private final Origin home;
    private final HttpSettings settings;
    private final Patience patience;
    private final HttpClient.Builder builder;
    private Optional<HttpClient> client = Optional.empty();

    /// @throws TransportException.WithoutTls if TLS is missing and may not be
    UserAgent(String location, URI uri, HttpSettings settings, Patience patience)
            throws TransportException {
        this.location = location;
        this.home =
                Origin.of(uri)
                        .orElseThrow(() ->
                                new TransportException.Refused(
                                        location, "is no address of a shelf"));
        this.settings = settings;
        this.patience = patience;
        if (home.plain() && !home.loopback() && settings.plainHttp() == PlainHttp.ONLY_LOOPBACK) {
            throw new TransportException.WithoutTls(location);
        }
        this.builder =
                HttpClient.newBuilder()
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .connectTimeout(settings.connect())
                        .version(
                                home.plain()
                                        ? HttpClient.Version.HTTP_1_1
                                        : HttpClient.Version.HTTP_2);
        if (settings.extraCa().isPresent()) {
            builder.sslContext(TrustedRoots.with(settings.extraCa().get()));
        }
    }

    /// Made when it is first needed, which takes a while: who has all at hand does not wait.
    private synchronized HttpClient client() {
        if (client.isEmpty()) {
            client = Optional.of(builder.build());
        }
        return client.get();
    }

    String location() {
        return location;
    }

    Patience patience() {
        return patience;
    }

    /// Whether an address is the shelf's own.
    boolean isHome(URI uri) {
        return Origin.of(uri).equals(Optional.of(home));
    }

    /// Asks once, and follows redirects.
    ///
    /// @return any status but a redirect, 429, and 500 and more; the caller closes it
    Answer ask(Ask first) throws TransportException, Passing {
        Ask ask = first;
        URI from = URI.create(home.scheme() + "://" + home.host() + ":" + home.port());
        for (int hops = 0; hops <= MOST_REDIRECTS; hops++) {
            checkTarget(from, ask.uri());
            Answer answer = send(ask);
            if (!REDIRECTS.contains(answer.status())) {
                return settled(answer, ask);
            }
            answer.close();
            from = ask.uri();
            ask = redirected(ask, answer);
        }
        throw new TransportException.Refused(
                location, "redirects more than " + MOST_REDIRECTS + " times");
    }

    private Answer settled(Answer answer, Ask ask) throws TransportException, Passing {
        if (home.plain() && answer.status() == 400 && answer.says("HTTPS")) {
            answer.close();
            throw new TransportException.Distrusted(
                    location, "speaks TLS only: it refused a request without");
        }
        if (answer.status() != 429 && answer.status() < 500) {
            return answer;
        }
        answer.close();
        throw new Passing(
                new TransportException.Unreachable(
                        location,
                        "it answered " + answer.status() + " to " + ask.method(),
                        answer.header("Retry-After").flatMap(patience::retryAfter)));
    }

    private void checkTarget(URI from, URI to) throws TransportException, Passing {
        Optional<Origin> target = Origin.of(to);
        Optional<Origin> source = Origin.of(from);
        if (target.isEmpty() || source.isEmpty()) {
            throw new TransportException.Refused(location, "sends to what is no web address");
        }
        try {
            Optional<String> refusal = home.refusal(source.get(), target.get());
            if (refusal.isPresent()) {
                throw new TransportException.Refused(location, refusal.get());
            }
        } catch (UnknownHostException unknown) {
            throw new Passing(
                    new TransportException.Unreachable(
                            location,
                            "it sends to " + target.get().host() + ", which nobody knows",
                            Optional.empty()));
        }
    }

    private Ask redirected(Ask ask, Answer answer) throws TransportException {
        boolean changes = answer.status() < 307;
        if (changes && !Set.of("GET", "HEAD").contains(ask.method())) {
            throw new TransportException.Refused(
                    location, "redirects a " + ask.method() + " (" + answer.status() + ")");
        }
        URI target = target(ask.uri(), answer.header("Location"));
        boolean same = Origin.of(target).equals(Origin.of(ask.uri()));
        return ask.to(target, same ? ask.authorization() : Optional.empty());
    }

    /// An address that an answer gave.
    URI target(URI from, Optional<String> given) throws TransportException {
        try {
            return from.resolve(
                    URI.create(
                            given.orElseThrow(() ->
                                    new TransportException.Refused(
                                            location, "sends elsewhere and does not say where"))));
        } catch (IllegalArgumentException rubbish) {
            throw new TransportException.Refused(location, "sends to what is no web address");
        }
    }

    private Answer send(Ask ask) throws TransportException, Passing {
        Optional<SentBody> body = ask.body().map(SentBody::new);
        HttpRequest.Builder builder =
                HttpRequest.newBuilder(ask.uri())
                        .method(
                                ask.method(),
                                body.map(SentBody::publisher).orElse(BodyPublishers.noBody()))
                        .header("Accept-Encoding", "identity");
        ask.headers().forEach(builder::header);
        ask.authorization().ifPresent(secret -> builder.header("Authorization", secret));
        CompletableFuture<HttpResponse<InputStream>> coming =
                client().sendAsync(builder.build(), _ -> new WatchedBody(location, settings));
        try {
            HttpResponse<InputStream> response = awaited(coming, body);
            Answer answer =
                    new Answer(
                            location,
                            ask.uri(),
                            response.statusCode(),
                            response.headers(),
                            response.body());
            checkHeaders(answer);
            return answer;
        } catch (ExecutionException failure) {
            if (body.isPresent() && body.get().failure().isPresent()) {
                throw new TransportException.Unusable(
                        "what is sent to " + location, body.get().failure().get());
            }
            throw meaning(failure.getCause());
        } catch (InterruptedException stop) {
            coming.cancel(true);
            Thread.currentThread().interrupt();
            throw new TransportException.Unreachable(
                    location, new InterruptedIOException("stopped while waiting"));
        }
    }

    /// An answer must begin in time, counted from the last byte of the body that moved.
    private HttpResponse<InputStream> awaited(
            CompletableFuture<HttpResponse<InputStream>> coming, Optional<SentBody> body)
            throws InterruptedException, ExecutionException, TransportException {
        Duration longest = settings.connect().plus(settings.answer());
        long before = -1;
        while (true) {
            try {
                return coming.get(longest.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException late) {
                long now = body.map(SentBody::sent).orElse(before);
                if (now == before) {
                    coming.cancel(true);
                    throw new TransportException.Unreachable(
                            location,
                            "no answer came in " + longest.toMillis() + " ms",
                            Optional.empty());
                }
                before = now;
            }
        }
    }

    private TransportException meaning(@Nullable Throwable cause) throws Passing {
        return switch (cause) {
            case HttpTimeoutException late ->
                    new TransportException.Unreachable(
                            location, "no connection stands in time", Optional.empty());
            case SSLException distrusted ->
                    new TransportException.Distrusted(
                            location, "does not prove who it is (TLS): " + described(distrusted));
            case IOException passing ->
                    throw new Passing(
                            new TransportException.Unreachable(location, described(passing)));
            case null, default ->
                    new TransportException.Unreachable(
                            location, "its answer makes no sense", Optional.empty());
        };
    }

    /// The JDK's words name its own parts.
    private static String described(SSLException distrusted) {
        for (Throwable each = distrusted; each != null; each = each.getCause()) {
            switch (each) {
                case CertPathBuilderException _ -> {
                    return "nobody whom this host trusts vouches for its certificate";
                }
                case CertificateExpiredException _ -> {
                    return "its certificate has expired";
                }
                default -> {}
            }
        }
        return String.valueOf(distrusted.getMessage());
    }

    /// The client's exceptions have no message, or one about its own parts.
    private IOException described(IOException failure) {
        String there = home.host() + ":" + home.port();
        for (Throwable each = failure; each != null; each = each.getCause()) {
            String words =
                    switch (each) {
                        case UnresolvedAddressException _ -> "nobody knows the name " + home.host();
                        case NoRouteToHostException _ -> "there is no way to " + there;
                        case EOFException _ -> "it ended the connection instead of an answer";
                        case ClosedChannelException _ -> "nothing answers at " + there;
                        case ConnectException refused
                                when String.valueOf(refused.getMessage()).contains("refused") ->
                                "nothing answers at " + there;
                        default -> "";
                    };
            if (!words.isEmpty()) {
                return new IOException(words, failure);
            }
        }
        return switch (failure) {
            case ConnectException _ -> new IOException("there is no way to " + there, failure);
            default ->
                    failure.getMessage() == null
                            ? new IOException("the connection broke", failure)
                            : failure;
        };
    }

    private void checkHeaders(Answer answer) throws TransportException {
        long size = 0;
        for (Map.Entry<String, List<String>> header : answer.headers().map().entrySet()) {
            for (String value : header.getValue()) {
                size += header.getKey().length() + value.length() + 4;
            }
        }
        if (size > LARGEST_HEADERS) {
            answer.close();
            throw new TransportException.Refused(location, "answers with over 32 KiB of headers");
        }
    }
}
