package carryall.transport;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// A small HTTP server on loopback, which remembers what it was asked and which secrets reached it.
final class LocalServer implements AutoCloseable {
    /// Answers a request.
    interface Handler {
        void handle(HttpExchange exchange) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final List<String> secrets = new CopyOnWriteArrayList<>();

    LocalServer(Handler handler) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext(
                "/",
                exchange -> {
                    requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
                    secrets.addAll(
                            exchange.getRequestHeaders().getOrDefault("Authorization", List.of()));
                    try (exchange) {
                        handler.handle(exchange);
                    }
                });
        server.start();
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    URI uri(String path) {
        return URI.create("http://" + host() + path);
    }

    List<String> requests() {
        return requests;
    }

    List<String> secrets() {
        return secrets;
    }

    static void answer(HttpExchange exchange, int status, String type, byte[] bytes)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD") || bytes.length == 0) {
            exchange.sendResponseHeaders(status, -1);
            return;
        }
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    static void answer(HttpExchange exchange, int status) throws IOException {
        exchange.sendResponseHeaders(status, -1);
    }

    /// Content, or the part of it that was asked for.
    static void ranged(HttpExchange exchange, byte[] bytes) throws IOException {
        String range = exchange.getRequestHeaders().getFirst("Range");
        if (range == null) {
            answer(exchange, 200, "application/octet-stream", bytes);
            return;
        }
        String[] ends = range.substring("bytes=".length()).split("-", -1);
        int first = Integer.parseInt(ends[0]);
        int last = Integer.parseInt(ends[1]);
        if (first >= bytes.length) {
            answer(exchange, 416);
            return;
        }
        exchange.getResponseHeaders()
                .set("Content-Range", "bytes " + first + "-" + last + "/" + bytes.length);
        byte[] part = java.util.Arrays.copyOfRange(bytes, first, last + 1);
        answer(exchange, 206, "application/octet-stream", part);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
