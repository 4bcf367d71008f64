package carryall.block;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// A device in memory whose content comes when a test says so: blocks of 4 KiB, every fourth of
/// them zero and here. Its lock guards all of it.
final class ComingDevice implements BlockDevice {
    static final int BLOCK = 4096;

    private final long size;
    private final BitSet here = new BitSet();
    private final BitSet broken = new BitSet();
    private int waiting;
    private int mostWaiting;
    private int interrupted;

    ComingDevice(long size) {
        this.size = size;
    }

    static ComingDevice whole(long size) {
        ComingDevice device = new ComingDevice(size);
        device.arrive(0, size);
        return device;
    }

    static byte at(long offset) {
        return isZero(offset) ? 0 : (byte) (1 + (offset * 31 + (offset >>> 12)) % 255);
    }

    static byte[] content(long offset, int length) {
        byte[] content = new byte[length];
        for (int i = 0; i < length; i++) {
            content[i] = at(offset + i);
        }
        return content;
    }

    private static boolean isZero(long offset) {
        return offset / BLOCK % 4 == 3;
    }

    synchronized void arrive(long offset, long length) {
        here.set((int) (offset / BLOCK), (int) ((offset + length + BLOCK - 1) / BLOCK));
        notifyAll();
    }

    /// From now on reads of the block fail.
    synchronized void breakAt(long offset) {
        broken.set((int) (offset / BLOCK));
    }

    /// Reads that wait now.
    synchronized int waiting() {
        return waiting;
    }

    synchronized int mostWaiting() {
        return mostWaiting;
    }

    synchronized int interrupted() {
        return interrupted;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public synchronized boolean isReady(long offset, int length) {
        for (long block = offset / BLOCK; block * BLOCK < offset + length; block++) {
            if (!here.get((int) block) && !isZero(block * BLOCK)) {
                return false;
            }
        }
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        await(offset, into.remaining());
        long at = offset;
        while (into.hasRemaining()) {
            synchronized (this) {
                if (broken.get((int) (at / BLOCK))) {
                    throw new IOException("broken at " + at);
                }
            }
            into.put(at(at++));
        }
    }

    private synchronized void await(long offset, int length) throws IOException {
        if (isReady(offset, length)) {
            return;
        }
        waiting++;
        mostWaiting = Math.max(mostWaiting, waiting);
        try {
            while (!isReady(offset, length)) {
                wait();
            }
        } catch (InterruptedException stop) {
            interrupted++;
            throw new InterruptedIOException("interrupted");
        } finally {
            waiting--;
        }
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        List<Extent> extents = new ArrayList<>();
        long at = offset;
        while (at < offset + length) {
            long end = Math.min(offset + length, (at / BLOCK + 1) * BLOCK);
            extents.add(new Extent(end - at, isZero(at)));
            at = end;
        }
        return extents;
    }
}
