package carryall.machine;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;

/// The guest's serial console: written to a log of at most 4 MiB (two halves, the older one
/// replaced) and relayed to whoever looks at the moment. A looker who does not read is dropped.
final class Console implements AutoCloseable {
    private static final long HALF = 2L << 20;

    private final SocketChannel serial;
    private final ServerSocketChannel server;
    private final Set<Looker> lookers = ConcurrentHashMap.newKeySet();
    private final Path log;

    private Console(SocketChannel serial, ServerSocketChannel server, Path log) {
        this.serial = serial;
        this.server = server;
        this.log = log;
    }

    static Console relay(Path serialSocket, RuntimeFolder runtime, Path log) throws IOException {
        SocketChannel serial = SocketChannel.open(UnixDomainSocketAddress.of(serialSocket));
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(runtime.consoleSocket()));
        Console console = new Console(serial, server, log);
        Thread.ofVirtual().name("console log").start(console::keepLog);
        Thread.ofVirtual().name("console lookers").start(console::accept);
        return console;
    }

    private void keepLog() {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
        try {
            while (true) {
                try (FileChannel file =
                        FileChannel.open(
                                log, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
                    while (file.size() < HALF) {
                        if (serial.read(buffer.clear()) < 0) {
                            return;
                        }
                        buffer.flip();
                        show(buffer);
                        keep(file, buffer);
                    }
                }
                Files.move(
                        log,
                        log.resolveSibling(log.getFileName() + ".1"),
                        StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException over) {
            // QEMU ended: the console is silent from here on.
        }
    }

    private static void keep(FileChannel file, ByteBuffer bytes) {
        try {
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
        } catch (IOException full) {
            // The log has a gap where the host's disk was full; the guest and lookers go on.
        }
    }

    private void show(ByteBuffer bytes) {
        byte[] copy = new byte[bytes.remaining()];
        bytes.duplicate().get(copy);
        lookers.removeIf(looker -> !looker.waiting().offer(ByteBuffer.wrap(copy)));
    }

    private void accept() {
        try {
            while (true) {
                Looker looker = new Looker(server.accept(), new ArrayBlockingQueue<>(256));
                lookers.add(looker);
                Thread type = Thread.ofVirtual().name("console typing").start(() -> type(looker));
                Thread.ofVirtual().name("console looker").start(() -> look(looker, type));
            }
        } catch (IOException closed) {
            // The keeper ends.
        }
    }

    /// Somebody who looks at the console.
    ///
    /// @param waiting what is still to be shown; who lets it fill up looks no more
    private record Looker(SocketChannel channel, BlockingQueue<ByteBuffer> waiting) {}

    private void look(Looker looker, Thread type) {
        try (SocketChannel channel = looker.channel()) {
            while (lookers.contains(looker) && type.isAlive()) {
                ByteBuffer next = looker.waiting().poll(1, java.util.concurrent.TimeUnit.SECONDS);
                while (next != null && next.hasRemaining()) {
                    channel.write(next);
                }
            }
        } catch (IOException gone) {
            // The looker left.
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            lookers.remove(looker);
        }
    }

    private void type(Looker looker) {
        ByteBuffer buffer = ByteBuffer.allocate(1024);
        try {
            while (looker.channel().read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    serial.write(buffer);
                }
            }
        } catch (IOException over) {
            // The looker left, or QEMU ended.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        serial.close();
        for (Looker looker : lookers) {
            looker.channel().close();
        }
    }
}
