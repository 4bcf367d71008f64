package carryall.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A server as others run it, on a free port of loopback, with all that it writes in a folder.
/// Closing ends it.
public record RealServer(Process process, int port) implements AutoCloseable {
    public static final String USER = "anna";
    public static final String PASSWORD = "secret-of-anna";

    /// bcrypt of the password, by htpasswd.
    private static final String HTPASSWD =
            "anna:$2y$05$9xOwE7r5tLz4VrfSxQK43.VqTqGVnOMWkA.oZF37U/VS.T/Blf4oi";

    /// nginx, which serves a folder at `/shelf/`.
    public static RealServer nginx(Path folder, Path served) throws Exception {
        return nginx(folder, served, "");
    }

    /// The same with more words for its location, such as `limit_rate 4m;`.
    public static RealServer nginx(Path folder, Path served, String words) throws Exception {
        int port = freePort();
        Path config =
                Files.writeString(
                        folder.resolve("nginx.conf"),
                        (System.getProperty("user.name").equals("root") ? "user root;\n" : "")
                                + """
                                daemon off;
                                worker_processes 1;
                                pid FOLDER/nginx.pid;
                                error_log FOLDER/error.log;
                                events {}
                                http {
                                    access_log off;
                                    client_body_temp_path FOLDER/body;
                                    proxy_temp_path FOLDER/proxy;
                                    fastcgi_temp_path FOLDER/fastcgi;
                                    uwsgi_temp_path FOLDER/uwsgi;
                                    scgi_temp_path FOLDER/scgi;
                                    server { listen 127.0.0.1:PORT; location /shelf/ { alias SERVED/; WORDS } }
                                }
                                """
                                        .replace("FOLDER", folder.toString())
                                        .replace("PORT", Integer.toString(port))
                                        .replace("SERVED", served.toString())
                                        .replace("WORDS", words));
        return started(
                port,
                folder,
                List.of(
                        program("nginx"),
                        "-e",
                        folder.resolve("error.log").toString(),
                        "-p",
                        folder.toString(),
                        "-c",
                        config.toString()));
    }

    /// Debian's docker-registry, with basic authentication.
    public static RealServer registry(Path folder) throws Exception {
        int port = freePort();
        Files.writeString(folder.resolve("htpasswd"), HTPASSWD + "\n");
        Path config =
                Files.writeString(
                        folder.resolve("config.yml"),
                        """
                        version: 0.1
                        log: {level: error}
                        storage: {filesystem: {rootdirectory: FOLDER/registry}, delete: {enabled: true}}
                        http: {addr: "127.0.0.1:PORT", secret: of-this-test}
                        auth: {htpasswd: {realm: carryall, path: FOLDER/htpasswd}}
                        """
                                .replace("FOLDER", folder.toString())
                                .replace("PORT", Integer.toString(port)));
        return started(
                port, folder, List.of(program("docker-registry"), "serve", config.toString()));
    }

    /// `host:port`.
    public String host() {
        return "127.0.0.1:" + port;
    }

    /// Where a program is; a test that cannot have it fails.
    static String program(String name) {
        for (String folder :
                List.of("/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin")) {
            if (Files.isExecutable(Path.of(folder, name))) {
                return folder + "/" + name;
            }
        }
        throw new AssertionError(name + " is not installed; run ./test, which installs it");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static RealServer started(int port, Path folder, List<String> command)
            throws IOException, InterruptedException {
        Path log = folder.resolve("server.log");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        RealServer server = new RealServer(process, port);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!answers(port)) {
            boolean ended = process.waitFor(20, TimeUnit.MILLISECONDS);
            if (ended || System.nanoTime() > end) {
                server.close();
                throw new AssertionError(command + " does not listen: " + Files.readString(log));
            }
        }
        assertThat(process.isAlive()).isTrue();
        return server;
    }

    private static boolean answers(int port) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException notYet) {
            return false;
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> workers = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException stop) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        workers.forEach(ProcessHandle::destroyForcibly);
    }
}
