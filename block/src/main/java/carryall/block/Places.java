package carryall.block;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;

/// What the connections of a server share, and no more than there is of it: places for requests
/// that wait for content, and buffers.
final class Places {
    /// Of a server.
    static final int MOST = 64;

    /// Of one connection, so that it leaves some to others.
    static final int MOST_OF_ONE = 32;

    private final Semaphore free = new Semaphore(MOST, true);

    /// That no connection uses. Guarded by itself.
    private final Deque<Buffers> idle = new ArrayDeque<>();

    /// A place that was taken; closing it gives it back.
    interface Place extends AutoCloseable {
        @Override
        void close();
    }

    /// Waits for a place.
    Place take() throws InterruptedException {
        free.acquire();
        return free::release;
    }

    /// Buffers that nobody else uses until they are given back.
    Buffers buffers() {
        synchronized (idle) {
            return idle.isEmpty() ? Buffers.fresh() : idle.pop();
        }
    }

    void back(Buffers buffers) {
        synchronized (idle) {
            idle.push(buffers);
        }
    }
}
