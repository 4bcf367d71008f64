package carryall.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/// What goes back to a client: doc/proto.md, "Simple reply message" and "Structured reply chunk
/// message". Many threads answer, one at a time. Replies gather in a buffer until it is full or
/// somebody calls [#flush]; content is read right into it.
///
/// A read of the device that fails becomes an error for the client, if that can still be said. What
/// breaks the stream closes the socket, so that the connection ends.
final class Replies {
    /// Content that goes out at once; also the longest read that may be asked for in one piece. A
    /// smaller one stays in the processor's cache on its way.
    static final int PIECE = 256 << 10;

    private static final int SIMPLE_HEADER = 16;
    private static final int CHUNK_HEADER = 20;
    private static final int MOST_STATES = 4096;

    /// That a buffer must have at least.
    static final int BUFFER = PIECE + (64 << 10);

    private final SocketChannel socket;
    private final Session session;
    private final BlockDevice device;

    /// Guards what follows, and the order of what the socket gets.
    private final ReentrantLock turn = new ReentrantLock();

    private final ByteBuffer out;
    private boolean open = true;

    Replies(SocketChannel socket, Session session, ByteBuffer out) {
        this.socket = socket;
        this.session = session;
        this.device = session.device();
        this.out = out.clear();
    }

    /// What an answer writes into the buffer.
    private interface Writing {
        void write() throws IOException;
    }

    void flush() throws IOException {
        inTurn(this::send);
    }

    /// Says that a request without content was done.
    void done(Request request) throws IOException {
        inTurn(() -> status(request, 0));
    }

    void error(Request request, int error) throws IOException {
        inTurn(() -> status(request, error));
    }

    /// Answers a read that is inside the device and not too long.
    void content(Request request) throws IOException {
        inTurn(() -> {
            if (!session.isStructured()) {
                simple(request);
            } else if (request.has(Protocol.FLAG_DF)) {
                whole(request);
            } else {
                pieces(request);
            }
        });
    }

    /// Answers a question for `base:allocation` that is inside the device.
    void allocation(Request request) throws IOException {
        List<Extent> extents = device.extents(request.offset(), request.length());
        inTurn(() -> states(request, extents));
    }

    /// After this nobody uses the buffer.
    void close() {
        turn.lock();
        try {
            open = false;
        } finally {
            turn.unlock();
        }
    }

    private void inTurn(Writing writing) throws IOException {
        turn.lock();
        boolean whole = false;
        try {
            if (!open) {
                throw new ClosedChannelException();
            }
            writing.write();
            whole = true;
        } finally {
            if (!whole) {
                open = false;
                socket.close();
            }
            turn.unlock();
        }
    }

    private void status(Request request, int error) throws IOException {
        if (!session.isStructured()) {
            room(SIMPLE_HEADER);
            simpleHeader(request, error);
        } else if (error == 0) {
            room(CHUNK_HEADER);
            chunk(request, Protocol.REPLY_DONE, Protocol.REPLY_NONE, 0);
        } else {
            room(CHUNK_HEADER + 6);
            chunk(request, Protocol.REPLY_DONE, Protocol.REPLY_ERROR, 6);
            out.putInt(error).putShort((short) 0);
        }
    }

    /// After the header of a read that is longer than a piece no error can be said any more.
    private void simple(Request request) throws IOException {
        int first = (int) Math.min(PIECE, request.length());
        room(SIMPLE_HEADER + first);
        int begin = out.position();
        simpleHeader(request, 0);
        if (!fill(request.offset(), first)) {
            out.position(begin);
            status(request, Protocol.EIO);
            return;
        }
        long end = request.offset() + request.length();
        for (long at = request.offset() + first; at < end; ) {
            int some = (int) Math.min(PIECE, end - at);
            room(some);
            if (!fill(at, some)) {
                throw new IOException("no content at " + at + " in the middle of a reply");
            }
            at += some;
        }
    }

    /// In one chunk.
    private void whole(Request request) throws IOException {
        if (request.length() > PIECE) {
            status(request, Protocol.EOVERFLOW);
        } else {
            data(request, request.offset(), (int) request.length(), Protocol.REPLY_DONE);
        }
    }

    private void pieces(Request request) throws IOException {
        long at = request.offset();
        long end = at + request.length();
        for (Extent extent : device.extents(at, request.length())) {
            long to = at + extent.length();
            if (extent.isZero()) {
                hole(request, at, extent.length(), to == end ? Protocol.REPLY_DONE : 0);
                at = to;
            }
            while (at < to) {
                int some = (int) Math.min(PIECE, to - at);
                if (!data(request, at, some, at + some == end ? Protocol.REPLY_DONE : 0)) {
                    return;
                }
                at += some;
            }
        }
        if (at != end) {
            throw new IllegalStateException("extents to " + at + " instead of " + end);
        }
    }

    private void hole(Request request, long at, long length, int flags) throws IOException {
        room(CHUNK_HEADER + 12);
        chunk(request, flags, Protocol.REPLY_OFFSET_HOLE, 12);
        out.putLong(at).putInt((int) length);
    }

    /// @return whether there was content; else the reply ended with an error
    private boolean data(Request request, long at, int length, int flags) throws IOException {
        room(CHUNK_HEADER + Long.BYTES + length);
        int begin = out.position();
        chunk(request, flags, Protocol.REPLY_OFFSET_DATA, Long.BYTES + length);
        out.putLong(at);
        if (fill(at, length)) {
            return true;
        }
        out.position(begin);
        room(CHUNK_HEADER + 14);
        chunk(request, Protocol.REPLY_DONE, Protocol.REPLY_ERROR_OFFSET, 14);
        out.putInt(Protocol.EIO).putShort((short) 0).putLong(at);
        return false;
    }

    private void states(Request request, List<Extent> extents) throws IOException {
        int most = request.has(Protocol.FLAG_REQ_ONE) ? 1 : MOST_STATES;
        room(CHUNK_HEADER + Integer.BYTES + MOST_STATES * 8);
        int begin = out.position();
        out.position(begin + CHUNK_HEADER);
        out.putInt(Protocol.ALLOCATION_ID);
        int states = 0;
        int next = 0;
        while (next < extents.size() && states < most) {
            boolean zero = extents.get(next).isZero();
            long length = 0;
            while (next < extents.size() && extents.get(next).isZero() == zero) {
                length += extents.get(next).length();
                next++;
            }
            out.putInt((int) length).putInt(zero ? Protocol.STATE_HOLE_AND_ZERO : 0);
            states++;
        }
        int end = out.position();
        out.position(begin);
        chunk(
                request,
                Protocol.REPLY_DONE,
                Protocol.REPLY_BLOCK_STATUS,
                Integer.BYTES + states * 8);
        out.position(end);
    }

    /// @return whether the device had the content
    private boolean fill(long at, int length) {
        int limit = out.limit();
        out.limit(out.position() + length);
        try {
            device.read(at, out);
        } catch (IOException failed) {
            return false;
        } finally {
            out.limit(limit);
        }
        return true;
    }

    private void simpleHeader(Request request, int error) {
        out.putInt(Protocol.SIMPLE_REPLY).putInt(error).putLong(request.cookie());
    }

    private void chunk(Request request, int flags, int type, int length) {
        out.putInt(Protocol.STRUCTURED_REPLY)
                .putShort((short) flags)
                .putShort((short) type)
                .putLong(request.cookie())
                .putInt(length);
    }

    private void room(int bytes) throws IOException {
        if (out.remaining() < bytes) {
            send();
        }
    }

    private void send() throws IOException {
        out.flip();
        while (out.hasRemaining()) {
            socket.write(out);
        }
        out.clear();
    }
}
