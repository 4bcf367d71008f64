package carryall.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.locks.LockSupport;

/// One direction of a link: a queue, then a line of some rate, then a delay. Two threads of its own
/// carry frames as long as the process lives: one takes them and says when each is through, the
/// other sleeps until then.
///
/// The line sends one frame after the other; what does not fit into the queue before it is lost.
final class Lane {
    /// Frames between the two threads, more than queue and delay together ever hold.
    private static final int SLOTS = 1 << 13;

    private static final int LARGEST_FRAME = 1 << 11;

    /// The writer sleeps at least so long: some frames at once cost less than each alone.
    private static final long SHORTEST_SLEEP_NANOS = 150_000;

    private final String name;
    private final Tap from;
    private final Tap to;
    private final double nanosPerByte;
    private final long delayNanos;
    private final long queueNanos;

    private final MemorySegment frames =
            Arena.global().allocate((long) SLOTS * LARGEST_FRAME, Long.BYTES);
    private final int[] lengths = new int[SLOTS];
    private final long[] due = new long[SLOTS];

    /// How many frames were taken: written by the reader alone, after the frame's slot.
    private volatile long taken;

    /// How many were given: written by the writer alone.
    private volatile long given;

    /// That the writer sleeps until there is a frame.
    private volatile boolean isIdle;

    /// @param bitsPerSecond counted over whole Ethernet frames without their checksums
    /// @param queueBytes what may wait for the line
    Lane(String name, Tap from, Tap to, long bitsPerSecond, long delayNanos, long queueBytes) {
        this.name = name;
        this.from = from;
        this.to = to;
        this.nanosPerByte = 8e9 / bitsPerSecond;
        this.delayNanos = delayNanos;
        this.queueNanos = (long) (queueBytes * nanosPerByte);
    }

    void start() {
        Thread writer = Thread.ofPlatform().name(name + ", out").daemon().start(this::give);
        Thread.ofPlatform().name(name + ", in").daemon().start(() -> take(writer));
    }

    private MemorySegment slot(long number) {
        return frames.asSlice((number & (SLOTS - 1)) * LARGEST_FRAME, LARGEST_FRAME);
    }

    private void take(Thread writer) {
        long lineIsFree = System.nanoTime();
        try {
            while (true) {
                long number = taken;
                int length = from.read(slot(number));
                long now = System.nanoTime();
                long begin = Math.max(now, lineIsFree);
                if (begin - now > queueNanos || number - given >= SLOTS - 1) {
                    continue;
                }
                lineIsFree = begin + (long) (length * nanosPerByte);
                int at = (int) (number & (SLOTS - 1));
                lengths[at] = length;
                due[at] = lineIsFree + delayNanos;
                taken = number + 1;
                if (isIdle) {
                    LockSupport.unpark(writer);
                }
            }
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }

    private void give() {
        while (true) {
            long number = given;
            if (number == taken) {
                isIdle = true;
                if (number == taken) {
                    LockSupport.park(this);
                }
                isIdle = false;
                continue;
            }
            int at = (int) (number & (SLOTS - 1));
            long left = due[at] - System.nanoTime();
            if (left > 0) {
                LockSupport.parkNanos(this, Math.max(left, SHORTEST_SLEEP_NANOS));
                continue;
            }
            to.write(slot(number), lengths[at]);
            given = number + 1;
        }
    }
}
