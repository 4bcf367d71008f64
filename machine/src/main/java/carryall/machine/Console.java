package carryall.machine;

import java.io.ByteArrayOutputStream;
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
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// The guest's serial console: written to a log of at most 4 MiB (two halves, the older one
/// replaced) and relayed to whoever looks at the moment. A looker who falls [#MOST] behind is
/// dropped.
final class Console implements AutoCloseable {
    private static final long HALF = 2L << 20;

    /// Bytes that wait for a looker. A guest's serial port hands them over one by one, so nothing
    /// may be counted in pieces.
    static final int MOST = 1 << 20;

    private static final Duration LOOK_AROUND = Duration.ofSeconds(1);

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

    private void show(ByteBuffer bytes) throws IOException {
        List<Looker> behind =
                lookers.stream().filter(l -> !l.backlog().add(bytes.duplicate())).toList();
        for (Looker looker : behind) {
            lookers.remove(looker);
            looker.channel().close();
        }
    }

    private void accept() {
        try {
            while (true) {
                Looker looker = new Looker(server.accept(), new Backlog());
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
    /// @param backlog what is still to be shown; who lets it fill up looks no more
    private record Looker(SocketChannel channel, Backlog backlog) {}

    /// Bytes on their way from one thread to another, at most [#MOST].
    private static final class Backlog {
        private final Lock lock = new ReentrantLock();
        private final Condition filled = lock.newCondition();
        // Guarded by the lock.
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        /// Takes them in, or nothing of them where they are too many.
        boolean add(ByteBuffer more) {
            lock.lock();
            try {
                if (bytes.size() + more.remaining() > MOST) {
                    return false;
                }
                while (more.hasRemaining()) {
                    bytes.write(more.get());
                }
                filled.signal();
                return true;
            } finally {
                lock.unlock();
            }
        }

        /// Hands over all there is, which is nothing when nothing came in time.
        ByteBuffer take(Duration patience) throws InterruptedException {
            lock.lock();
            try {
                long left = patience.toNanos();
                while (bytes.size() == 0 && left > 0) {
                    left = filled.awaitNanos(left);
                }
                ByteBuffer all = ByteBuffer.wrap(bytes.toByteArray());
                bytes.reset();
                return all;
            } finally {
                lock.unlock();
            }
        }
    }

    private void look(Looker looker, Thread type) {
        try (SocketChannel channel = looker.channel()) {
            while (lookers.contains(looker) && type.isAlive()) {
                ByteBuffer next = looker.backlog().take(LOOK_AROUND);
                while (next.hasRemaining()) {
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
        // For the next QEMU of this run.
        KeeperSocket.unbind(server);
        serial.close();
        for (Looker looker : lookers) {
            looker.channel().close();
        }
    }
}
