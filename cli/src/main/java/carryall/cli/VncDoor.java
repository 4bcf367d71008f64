package carryall.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A port on the loopback that leads to a machine's VNC socket as long as a viewer is open, for
/// viewers that know no unix sockets. Only the user's own processes are let in.
final class VncDoor implements AutoCloseable {
    /// `sl: local remote st tx:rx tr:when retrnsmt uid …`, in hexadecimal but the uid.
    private static final Pattern ROW =
            Pattern.compile(
                    "\\s*\\d+: [0-9A-F]{8}:([0-9A-F]{4}) [0-9A-F]{8}:([0-9A-F]{4}) 01"
                            + " \\S+ \\S+ \\S+\\s+(\\d+) .*");

    private final ServerSocketChannel server;
    private final Path vncSocket;

    private VncDoor(ServerSocketChannel server, Path vncSocket) {
        this.server = server;
        this.vncSocket = vncSocket;
    }

    static VncDoor open(Path vncSocket) throws IOException {
        ServerSocketChannel server = ServerSocketChannel.open();
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        VncDoor door = new VncDoor(server, vncSocket);
        Thread.ofVirtual().name("VNC door").start(door::welcome);
        return door;
    }

    int port() throws IOException {
        return ((InetSocketAddress) server.getLocalAddress()).getPort();
    }

    private void welcome() {
        try {
            while (true) {
                SocketChannel guest = server.accept();
                if (isOurs(guest)) {
                    SocketChannel vnc = SocketChannel.open(UnixDomainSocketAddress.of(vncSocket));
                    Thread.ofVirtual().name("VNC to viewer").start(() -> copy(vnc, guest));
                    Thread.ofVirtual().name("VNC from viewer").start(() -> copy(guest, vnc));
                } else {
                    guest.close();
                }
            }
        } catch (IOException closed) {
            // The viewer was closed.
        }
    }

    private static boolean isOurs(SocketChannel guest) throws IOException {
        int here = ((InetSocketAddress) guest.getLocalAddress()).getPort();
        int there = ((InetSocketAddress) guest.getRemoteAddress()).getPort();
        // The link itself is root's; what it leads to is this process's own.
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        for (String line : Files.readAllLines(Path.of("/proc/net/tcp"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()
                    && Integer.parseInt(row.group(1), 16) == there
                    && Integer.parseInt(row.group(2), 16) == here) {
                return row.group(3).equals(String.valueOf(self));
            }
        }
        return false;
    }

    private static void copy(SocketChannel from, SocketChannel to) {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        try (from;
                to) {
            while (from.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    to.write(buffer);
                }
            }
        } catch (IOException over) {
            // Either side left; the other is closed with it.
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
