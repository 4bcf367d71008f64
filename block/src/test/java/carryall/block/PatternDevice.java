package carryall.block;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/// A device whose content follows from where it lies, and is here or comes when it is told to. It
/// notes what it is asked for.
final class PatternDevice implements BlockDevice {
    private final long size;
    private final CountDownLatch came;
    private final List<Range> reads = Collections.synchronizedList(new ArrayList<>());
    private final List<Range> ended = Collections.synchronizedList(new ArrayList<>());

    record Range(long offset, int length) {}

    private PatternDevice(long size, CountDownLatch came) {
        this.size = size;
        this.came = came;
    }

    static PatternDevice here(long size) {
        return new PatternDevice(size, new CountDownLatch(0));
    }

    static PatternDevice toCome(long size) {
        return new PatternDevice(size, new CountDownLatch(1));
    }

    static byte at(long offset) {
        return (byte) (offset * 31 + offset / 4096);
    }

    void come() {
        came.countDown();
    }

    /// What has been asked for so far.
    List<Range> reads() {
        return List.copyOf(reads);
    }

    /// Reads that are over, whether well or not.
    List<Range> ended() {
        return List.copyOf(ended);
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isReady(long offset, int length) {
        return came.getCount() == 0;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        Range range = new Range(offset, into.remaining());
        reads.add(range);
        try {
            came.await();
        } catch (InterruptedException stop) {
            throw new InterruptedIOException("interrupted");
        } finally {
            ended.add(range);
        }
        for (long i = offset; into.hasRemaining(); i++) {
            into.put(at(i));
        }
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        return List.of(new Extent(length, false));
    }
}
