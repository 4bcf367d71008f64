package carryall.bench;

import java.awt.image.BufferedImage;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/// What somebody sees and types who has a machine's window open: a VNC viewer (RFC 6143) that is
/// told of each change when it happens.
final class Vnc implements AutoCloseable {
    private static final int KEY_ALT = 0xffe9;
    private static final int RAW = 0;
    private static final int NEW_SIZE = -223;
    private static final int LARGEST_SIDE = 4096;
    private static final Duration WHOLE_MESSAGE = Duration.ofSeconds(30);

    private final SocketChannel channel;
    private final Selector selector;
    private final ByteBuffer input = ByteBuffer.allocateDirect(1 << 20).flip();
    private long endNanos;
    private BufferedImage screen = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);

    private Vnc(SocketChannel channel, Selector selector) {
        this.channel = channel;
        this.selector = selector;
    }

    /// Opens a window.
    ///
    /// @throws IOException if there is no such socket, or nobody answers within the patience
    static Vnc open(Path socket, Duration patience) throws IOException {
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.configureBlocking(false);
            Selector selector = Selector.open();
            channel.register(selector, SelectionKey.OP_READ);
            Vnc vnc = new Vnc(channel, selector);
            vnc.greet(patience);
            return vnc;
        } catch (IOException failure) {
            channel.close();
            throw failure;
        }
    }

    private void greet(Duration patience) throws IOException {
        waitAtMost(patience);
        skip(12);
        send(ByteBuffer.wrap("RFB 003.008\n".getBytes(StandardCharsets.US_ASCII)));
        int kinds = need(1).get();
        skip(kinds);
        send(ByteBuffer.wrap(new byte[] {1})); // No password: whoever opens the socket may look.
        if (need(4).getInt() != 0) {
            throw new IOException("the machine lets nobody look");
        }
        send(ByteBuffer.wrap(new byte[] {1})); // Others may look too.
        ByteBuffer start = need(4);
        resize(start.getShort(), start.getShort());
        skip(16);
        skip(need(4).getInt());
        ByteBuffer wishes = ByteBuffer.allocate(20 + 4 + 8);
        wishes.putInt(0); // The format of a pixel: 32 bits, 24 of them colour, low byte first.
        wishes.put(new byte[] {32, 24, 0, 1, 0, (byte) 255, 0, (byte) 255, 0, (byte) 255});
        wishes.put(new byte[] {16, 8, 0, 0, 0, 0});
        wishes.put((byte) 2).put((byte) 0).putShort((short) 2).putInt(RAW).putInt(NEW_SIZE);
        send(wishes.flip());
        ask(0);
    }

    /// Waits until the screen is as wanted.
    Picture await(Duration patience, Predicate<Picture> wanted) throws IOException {
        waitAtMost(patience);
        while (!wanted.test(new Picture(screen))) {
            message();
        }
        return new Picture(copy(screen));
    }

    /// Waits until nothing has changed for some time.
    Picture awaitRest(Duration rest, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        Picture last = new Picture(copy(screen));
        while (System.nanoTime() < end) {
            Picture before = last;
            try {
                last = await(rest, now -> now.differs(before));
            } catch (Late quiet) {
                return before;
            }
        }
        throw new Late("the screen does not come to rest");
    }

    /// Presses a letter with Alt, and lets both go.
    void pressAlt(char letter) throws IOException {
        ByteBuffer keys = ByteBuffer.allocate(4 * 8);
        key(keys, true, KEY_ALT);
        key(keys, true, letter);
        key(keys, false, letter);
        key(keys, false, KEY_ALT);
        send(keys.flip());
    }

    private static void key(ByteBuffer keys, boolean down, int symbol) {
        keys.put((byte) 4).put((byte) (down ? 1 : 0)).putShort((short) 0).putInt(symbol);
    }

    /// That what was waited for did not come.
    static final class Late extends IOException {
        private static final long serialVersionUID = 1;

        Late(String what) {
            super(what);
        }
    }

    private void waitAtMost(Duration patience) {
        endNanos = System.nanoTime() + patience.toNanos();
    }

    private void ask(int onlyChanges) throws IOException {
        ByteBuffer ask = ByteBuffer.allocate(10);
        ask.put((byte) 3).put((byte) onlyChanges).putShort((short) 0).putShort((short) 0);
        ask.putShort((short) screen.getWidth()).putShort((short) screen.getHeight());
        send(ask.flip());
    }

    /// What has begun to come is waited for a little longer, so that the next begins where this
    /// ends.
    private void message() throws IOException {
        byte kind = need(1).get();
        long end = endNanos;
        waitAtMost(WHOLE_MESSAGE);
        message(kind);
        endNanos = end;
    }

    private void message(byte kind) throws IOException {
        switch (kind) {
            case 0 -> update();
            case 1 -> {
                skip(3);
                skip(Short.toUnsignedInt(need(2).getShort()) * 6);
            }
            case 2 -> {} // A bell.
            case 3 -> {
                skip(3);
                skip(need(4).getInt());
            }
            default -> throw new IOException("the machine's VNC says what nobody asked for");
        }
    }

    private void update() throws IOException {
        skip(1);
        int count = Short.toUnsignedInt(need(2).getShort());
        boolean isNewSize = false;
        for (int i = 0; i < count; i++) {
            ByteBuffer head = need(12);
            int x = Short.toUnsignedInt(head.getShort());
            int y = Short.toUnsignedInt(head.getShort());
            int width = Short.toUnsignedInt(head.getShort());
            int height = Short.toUnsignedInt(head.getShort());
            switch (head.getInt()) {
                case RAW -> paint(x, y, width, height);
                case NEW_SIZE -> {
                    resize(width, height);
                    isNewSize = true;
                }
                default -> throw new IOException("a picture in a form that nobody asked for");
            }
        }
        ask(isNewSize ? 0 : 1);
    }

    private void resize(int width, int height) throws IOException {
        if (width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
            throw new IOException("a screen of " + width + "x" + height);
        }
        screen = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    }

    private void paint(int x, int y, int width, int height) throws IOException {
        if (x + width > screen.getWidth() || y + height > screen.getHeight()) {
            throw new IOException("a picture beside the screen");
        }
        int[] line = new int[width];
        for (int row = 0; row < height; row++) {
            need(width * 4).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(line);
            screen.setRGB(x, y + row, width, 1, line, 0, width);
        }
    }

    private static BufferedImage copy(BufferedImage image) {
        BufferedImage copy =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
        image.copyData(copy.getRaster());
        return copy;
    }

    private void skip(int count) throws IOException {
        for (int left = count; left > 0; left -= 1 << 16) {
            need(Math.min(left, 1 << 16));
        }
    }

    /// The next bytes, big-endian; valid until the next call.
    private ByteBuffer need(int count) throws IOException {
        while (input.remaining() < count) {
            long left = (endNanos - System.nanoTime()) / 1_000_000;
            if (left <= 0 || selector.select(left) == 0) {
                throw new Late("the screen stayed as it was");
            }
            selector.selectedKeys().clear();
            input.compact();
            int read = channel.read(input);
            input.flip();
            if (read < 0) {
                throw new EOFException("the machine's window was closed");
            }
        }
        ByteBuffer bytes = input.slice(input.position(), count);
        input.position(input.position() + count);
        return bytes;
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            if (channel.write(bytes) == 0) {
                Thread.onSpinWait();
            }
        }
    }

    @Override
    public void close() throws IOException {
        selector.close();
        channel.close();
    }
}
