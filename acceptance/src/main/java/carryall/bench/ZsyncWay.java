package carryall.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// zsync with its own compressed form, from nginx on loopback.
///
/// @param work empty at first; what nginx serves
record ZsyncWay(Images images, Path work) implements UpdateWay {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @Override
    public String name() {
        return "zsync";
    }

    @Override
    public boolean isHere() {
        return UpdateWay.has("zsyncmake") && UpdateWay.has("zsync") && UpdateWay.has("nginx");
    }

    /// It is for whoever has something.
    @Override
    public Optional<Step> first() {
        return Optional.empty();
    }

    @Override
    public Step update(String to) throws IOException, InterruptedException {
        // The compressed form is written beside what it is of.
        Path link = Files.createSymbolicLink(work.resolve(to + ".raw"), images.file(to));
        Effort publisher =
                Effort.of(
                        work,
                        List.of(
                                "zsyncmake",
                                "-z",
                                "-f",
                                to + ".raw",
                                "-u",
                                to + ".raw.gz",
                                "-o",
                                to + ".zsync",
                                link.toString()));
        Path came = work.resolve("came.raw");
        int port = freePort();
        Process nginx = serve(port);
        Effort client;
        try {
            client =
                    Effort.of(
                            work,
                            List.of(
                                    "zsync",
                                    "-q",
                                    "-i",
                                    images.file(Images.FIRST).toString(),
                                    "-o",
                                    came.toString(),
                                    "http://127.0.0.1:" + port + "/" + to + ".zsync"));
        } finally {
            nginx.destroy();
            nginx.waitFor();
        }
        UpdateWay.compare(images.file(to), came);
        Path log = work.resolve("sent.log");
        long bytes = Files.readAllLines(log).stream().mapToLong(Long::parseLong).sum();
        Files.delete(log);
        return new Step(publisher, client, bytes);
    }

    private static int freePort() throws IOException {
        try (ServerSocket any = new ServerSocket(0)) {
            return any.getLocalPort();
        }
    }

    /// The log holds what went over each connection, headers too.
    private Process serve(int port) throws IOException, InterruptedException {
        Path settings = work.resolve("nginx.conf");
        Files.writeString(
                settings,
                """
                daemon off;
                master_process off;
                pid WORK/nginx.pid;
                error_log WORK/nginx.log;
                events {}
                http {
                    log_format sent '$bytes_sent';
                    access_log WORK/sent.log sent;
                    client_body_temp_path WORK;
                    proxy_temp_path WORK;
                    fastcgi_temp_path WORK;
                    uwsgi_temp_path WORK;
                    scgi_temp_path WORK;
                    server {
                        listen 127.0.0.1:PORT;
                        root WORK;
                    }
                }
                """
                        .replace("WORK", work.toString())
                        .replace("PORT", Integer.toString(port)));
        Process nginx =
                new ProcessBuilder(command("nginx"), "-c", settings.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
                return nginx;
            } catch (IOException notYet) {
                if (!nginx.isAlive() || System.nanoTime() > end) {
                    nginx.destroy();
                    throw new IOException("nginx does not serve " + work, notYet);
                }
                Thread.sleep(50);
            }
        }
    }

    private static String command(String name) {
        Path system = Path.of("/usr/sbin", name);
        return Files.isExecutable(system) ? system.toString() : name;
    }
}
