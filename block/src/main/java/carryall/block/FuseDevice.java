package carryall.block;

import carryall.libc.Libc;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.locks.ReentrantLock;

/// `/dev/fuse`, opened for one mount: requests come from it and replies go to it, one a call.
final class FuseDevice implements AutoCloseable {
    private static final int F_SETFL = 4;
    private static final short POLLIN = 1;
    private static final int EFD_CLOEXEC = Libc.O_CLOEXEC;
    private static final int POLLED_BYTES = 16;

    private final int descriptor;
    private final int wake;

    /// Two `struct pollfd`; only [#next] uses it.
    private final ByteBuffer polled = direct(POLLED_BYTES);

    /// Guards [#isClosed]: a reply that comes late must not go to whatever has the number then.
    private final ReentrantLock lock = new ReentrantLock();

    private boolean isClosed;

    /// @param descriptor of the open device; this one's to close
    FuseDevice(int descriptor) throws IOException {
        this.descriptor = descriptor;
        Libc.call("fcntl", descriptor, F_SETFL, Libc.O_RDWR | Libc.O_NONBLOCK);
        this.wake = Libc.call("eventfd", 0, EFD_CLOEXEC);
        polled.putInt(0, descriptor).putShort(4, POLLIN).putInt(8, wake).putShort(12, POLLIN);
    }

    /// Waits for a request; for one thread.
    ///
    /// @param into direct; from 0 to its limit it is the request when this returns
    /// @return whether there is one; else the mount is gone, or [#wake] was called
    boolean next(ByteBuffer into) throws IOException {
        into.clear();
        while (true) {
            try {
                Libc.call("poll", address(polled), 2, -1);
                if (polled.getShort(14) != 0) {
                    return false;
                }
                into.limit(Libc.call("read", descriptor, address(into), into.capacity()));
                return true;
            } catch (Libc.Failed failed) {
                switch (failed.errno()) {
                    case Libc.EINTR, Libc.EAGAIN -> {}
                    case Libc.ENOENT -> {} // Whoever asked was killed meanwhile.
                    case Libc.ENODEV -> {
                        return false;
                    }
                    default -> throw failed;
                }
            }
        }
    }

    /// Has [#next] return from now on.
    void wake() throws IOException {
        ByteBuffer one = direct(8).putLong(0, 1);
        lock.lock();
        try {
            if (!isClosed) {
                Libc.call("write", wake, address(one), one.limit());
            }
        } finally {
            lock.unlock();
            Reference.reachabilityFence(one);
        }
    }

    /// Sends a reply. One that nobody waits for any more vanishes.
    ///
    /// @param reply direct; from 0 to its limit
    void reply(ByteBuffer reply) throws IOException {
        lock.lock();
        try {
            if (!isClosed) {
                Libc.call("write", descriptor, address(reply), reply.limit());
            }
        } catch (Libc.Failed failed) {
            switch (failed.errno()) {
                case Libc.ENOENT, Libc.ENODEV, Libc.EPERM, Libc.ENOTCONN -> {}
                default -> throw failed;
            }
        } finally {
            lock.unlock();
        }
    }

    /// A buffer of the machine's byte order, outside the heap.
    static ByteBuffer direct(int bytes) {
        return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }

    private static long address(ByteBuffer direct) {
        return MemorySegment.ofBuffer(direct.duplicate().clear()).address();
    }

    /// Whoever still waits for the mount's content has an error from the kernel then. No thread may
    /// be in [#next].
    @Override
    public void close() throws IOException {
        lock.lock();
        try {
            if (!isClosed) {
                isClosed = true;
                Libc.call("close", descriptor);
                Libc.call("close", wake);
            }
        } finally {
            lock.unlock();
        }
    }
}
