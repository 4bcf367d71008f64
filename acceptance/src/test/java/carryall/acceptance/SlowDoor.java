package carryall.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/// A way to a server on this host that lets so many bytes through a second, or none: a network that
/// can be cut.
final class SlowDoor implements AutoCloseable {
    private static final int PIECE = 16 << 10;

    private final ServerSocket door;
    private final InetSocketAddress server;
    private final long bytesPerSecond;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private long nextFree = System.nanoTime();

    private SlowDoor(ServerSocket door, InetSocketAddress server, long bytesPerSecond) {
        this.door = door;
        this.server = server;
        this.bytesPerSecond = bytesPerSecond;
    }

    /// @param host and port, such as `127.0.0.1:8080`
    static SlowDoor before(String host, long bytesPerSecond) throws IOException {
        int colon = host.lastIndexOf(':');
        SlowDoor slow =
                new SlowDoor(
                        new ServerSocket(0, 64, InetAddress.getLoopbackAddress()),
                        new InetSocketAddress(
                                host.substring(0, colon),
                                Integer.parseInt(host.substring(colon + 1))),
                        bytesPerSecond);
        Thread.ofVirtual().name("slow door").start(slow::accept);
        return slow;
    }

    String host() {
        return "127.0.0.1:" + door.getLocalPort();
    }

    /// Ends every connection, and every new one at once.
    void cut() throws IOException {
        cut = true;
        for (Socket socket : open) {
            socket.close();
        }
    }

    void mend() {
        cut = false;
    }

    private void accept() {
        try {
            while (true) {
                Socket client = door.accept();
                Thread.ofVirtual().name("slow connection").start(() -> relay(client));
            }
        } catch (IOException closed) {
            // The test is over.
        }
    }

    private void relay(Socket client) {
        try (client;
                Socket to = new Socket()) {
            open.add(client);
            open.add(to);
            if (cut) {
                return;
            }
            to.connect(server);
            Thread up = Thread.ofVirtual().start(() -> pump(client, to));
            pump(to, client);
            up.interrupt();
        } catch (IOException gone) {
            // One of the two left.
        } finally {
            open.remove(client);
        }
    }

    private void pump(Socket from, Socket to) {
        byte[] bytes = new byte[PIECE];
        try (InputStream input = from.getInputStream();
                OutputStream output = to.getOutputStream()) {
            int read = input.read(bytes);
            while (read >= 0 && !cut) {
                await(read);
                output.write(bytes, 0, read);
                read = input.read(bytes);
            }
        } catch (IOException | InterruptedException gone) {
            // One of the two left.
        } finally {
            open.remove(to);
        }
    }

    /// All connections share the rate.
    private void await(int bytes) throws InterruptedException {
        long wait;
        synchronized (this) {
            long now = System.nanoTime();
            nextFree = Math.max(nextFree, now) + bytes * 1_000_000_000L / bytesPerSecond;
            wait = nextFree - now;
        }
        TimeUnit.NANOSECONDS.sleep(wait);
    }

    @Override
    public void close() throws IOException {
        cut();
        door.close();
    }
}
