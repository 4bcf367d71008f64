package carryall.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// nginx at the server of a [SlowLink], which serves a folder.
///
/// @param process nginx, which is one process alone
record WebServer(Process process) implements AutoCloseable {
    private static final double PATIENCE_SECONDS = 20;

    /// @param web what is served
    /// @param folder where nginx keeps its own things
    static WebServer start(SlowLink link, Path web, Path folder)
            throws IOException, InterruptedException {
        Path settings = folder.resolve("nginx.conf");
        Path pid = folder.resolve("nginx.pid");
        Path log = folder.resolve("nginx.log");
        Files.deleteIfExists(pid);
        Files.writeString(
                settings,
                """
                user root;
                daemon off;
                master_process off;
                pid FOLDER/nginx.pid;
                error_log FOLDER/nginx.log;
                events {}
                http {
                    access_log off;
                    sendfile on;
                    tcp_nopush on;
                    keepalive_requests 1000000;
                    client_body_temp_path FOLDER;
                    proxy_temp_path FOLDER;
                    fastcgi_temp_path FOLDER;
                    uwsgi_temp_path FOLDER;
                    scgi_temp_path FOLDER;
                    server {
                        listen ADDRESS:80;
                        root WEB;
                    }
                }
                """
                        .replace("FOLDER", folder.toString())
                        .replace("WEB", web.toString())
                        .replace("ADDRESS", SlowLink.SERVER));
        Process nginx =
                new ProcessBuilder(link.atServer(List.of("nginx", "-c", settings.toString())))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        WebServer server = new WebServer(nginx);
        long begin = System.nanoTime();
        // It is written when nginx listens.
        while (!Files.exists(pid) || Files.size(pid) == 0) {
            if (!nginx.isAlive() || Run.since(begin) > PATIENCE_SECONDS) {
                server.close();
                throw new IOException("nginx does not serve " + web + ": " + Files.readString(log));
            }
            Thread.sleep(20);
        }
        return server;
    }

    static String address(String file) {
        return "http://" + SlowLink.SERVER + "/" + file;
    }

    @Override
    public void close() {
        SlowLink.end(process);
    }
}
