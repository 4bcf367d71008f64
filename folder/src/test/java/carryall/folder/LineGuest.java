package carryall.folder;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;

/// A guest's end of a line, which says exactly what a test wants. One thread's.
final class LineGuest {
    private final ByteChannel channel;
    private final LineInput input;

    LineGuest(ByteChannel channel) {
        this.channel = channel;
        this.input = new LineInput(channel);
    }

    void say(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    void say(int type, int connection, int number) throws IOException {
        say(LineFrame.head(type, connection, number));
    }

    LineFrame hear() throws IOException {
        return input.next();
    }

    /// Waits until the host greets.
    LineToken greeted() throws IOException {
        while (true) {
            if (hear() instanceof LineFrame.Greeting(LineToken token)) {
                return token;
            }
        }
    }

    /// Waits for a greeting and says the same.
    LineToken answer() throws IOException {
        LineToken token = greeted();
        say(plain(token));
        return token;
    }

    /// A greeting without the zeros before it.
    static ByteBuffer plain(LineToken token) {
        return LineFrame.greeting(token).position(LineFrame.ZEROS).slice();
    }

    /// Opens a connection, as a client would use it.
    Connection open(int number) throws IOException {
        say(LineFrame.OPEN, number, 0);
        return new Connection(number);
    }

    /// Gives back at once what it takes.
    final class Connection implements ByteChannel {
        private final int number;
        private ByteBuffer left = ByteBuffer.allocate(0);

        Connection(int number) {
            this.number = number;
        }

        @Override
        public int read(ByteBuffer into) throws IOException {
            while (!left.hasRemaining()) {
                switch (hear()) {
                    case LineFrame.Data(int of, ByteBuffer bytes) when of == number -> {
                        left = ByteBuffer.allocate(bytes.remaining()).put(bytes).flip();
                        say(LineFrame.WINDOW, number, left.remaining());
                    }
                    case LineFrame.Window _ -> {}
                    case LineFrame.Close(int of) when of == number -> {
                        return -1;
                    }
                    case LineFrame other -> throw new EOFException("heard " + other);
                }
            }
            int some = Math.min(into.remaining(), left.remaining());
            into.put(left.slice(left.position(), some));
            left.position(left.position() + some);
            return some;
        }

        @Override
        public int write(ByteBuffer from) throws IOException {
            int some = Math.min(from.remaining(), LineFrame.MOST_BYTES);
            say(LineFrame.data(number, from, some));
            return some;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() throws IOException {
            try {
                say(LineFrame.CLOSE, number, 0);
            } catch (ClosedChannelException lineIsOver) {
                // Then so is this.
            }
        }
    }
}
