package carryall.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayDeque;

/// One connection of a guest's NFS client, as it comes over a line. Read by one thread, written by
/// one, and fed by the line's own.
final class LineConnection implements ByteChannel {
    /// Less is given back only when all is taken.
    private static final int WORTH_A_FRAME = LineFrame.MOST_BYTES;

    private final Line line;
    private final int number;

    /// Guarded by the line's state, as is all below.
    private final ArrayDeque<ByteBuffer> received = new ArrayDeque<>();

    private int receivedBytes;
    private int takenBytes;
    private int window = LineFrame.WINDOW_BYTES;
    private boolean isReading;
    private boolean isClosed;
    private boolean isEnded;

    LineConnection(Line line, int number) {
        this.line = line;
        this.number = number;
    }

    int number() {
        return number;
    }

    /// The guest said something.
    ///
    /// @return false if it may not say so much
    boolean receive(ByteBuffer bytes) {
        synchronized (line.state()) {
            int length = bytes.remaining();
            if (receivedBytes + takenBytes + length > LineFrame.WINDOW_BYTES) {
                return false;
            }
            if (!isClosed) {
                received.add(ByteBuffer.allocate(length).put(bytes).flip());
                receivedBytes += length;
                line.state().notifyAll();
            }
            return true;
        }
    }

    /// The guest took something.
    ///
    /// @return false if it was never said
    boolean grant(int bytes) {
        synchronized (line.state()) {
            if (bytes < 1 || bytes > LineFrame.WINDOW_BYTES - window) {
                return false;
            }
            window += bytes;
            line.state().notifyAll();
            return true;
        }
    }

    /// Nothing more comes or goes: the guest closed it, or the line begins anew.
    void end() {
        synchronized (line.state()) {
            isEnded = true;
            isClosed = true;
            received.clear();
            receivedBytes = 0;
            line.state().notifyAll();
        }
    }

    /// Whether all that was asked is answered, and all answers have arrived. The caller holds the
    /// line's state.
    boolean isQuiet() {
        return isClosed || (isReading && window == LineFrame.WINDOW_BYTES);
    }

    boolean isEnded() {
        synchronized (line.state()) {
            return isEnded;
        }
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int taken = 0;
        int given = 0;
        synchronized (line.state()) {
            isReading = true;
            line.state().notifyAll();
            try {
                while (!isClosed && (received.isEmpty() || line.isHeld())) {
                    line.state().wait();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new ClosedChannelException();
            } finally {
                isReading = false;
            }
            if (isClosed) {
                return -1;
            }
            while (into.hasRemaining() && !received.isEmpty()) {
                ByteBuffer first = received.getFirst();
                int some = Math.min(into.remaining(), first.remaining());
                into.put(first.slice(first.position(), some));
                first.position(first.position() + some);
                taken += some;
                if (!first.hasRemaining()) {
                    received.removeFirst();
                }
            }
            receivedBytes -= taken;
            takenBytes += taken;
            if (received.isEmpty() || takenBytes >= WORTH_A_FRAME) {
                given = takenBytes;
                takenBytes = 0;
            }
        }
        if (given > 0) {
            line.say(this, LineFrame.head(LineFrame.WINDOW, number, given));
        }
        return taken;
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        int length;
        synchronized (line.state()) {
            try {
                while (!isClosed && window == 0) {
                    line.state().wait();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new ClosedChannelException();
            }
            if (isClosed) {
                throw new ClosedChannelException();
            }
            length = Math.min(from.remaining(), Math.min(window, LineFrame.MOST_BYTES));
            window -= length;
        }
        if (length > 0) {
            line.say(this, LineFrame.data(number, from, length));
        }
        return length;
    }

    @Override
    public boolean isOpen() {
        synchronized (line.state()) {
            return !isClosed;
        }
    }

    @Override
    public void close() {
        synchronized (line.state()) {
            isClosed = true;
            line.state().notifyAll();
        }
    }
}
