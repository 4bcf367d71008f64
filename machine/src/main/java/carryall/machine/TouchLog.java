package carryall.machine;

import carryall.appliance.Appliance;
import carryall.block.BlockDevice;
import carryall.block.Extent;
import carryall.chunk.Block;
import carryall.chunk.Touch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/// In which order the blocks of an appliance's parts are read first. Safe for many threads.
public final class TouchLog {
    // Both guarded by this.
    private final Map<Appliance.Part, BitSet> seen = new EnumMap<>(Appliance.Part.class);
    private final List<Touch> touches = new ArrayList<>();
    private boolean ended;

    /// An empty one.
    public TouchLog() {}

    /// Reads no more.
    public synchronized void end() {
        ended = true;
    }

    /// What was read, in the order in which it first was.
    public synchronized List<Touch> touches() {
        return List.copyOf(touches);
    }

    private synchronized void read(Appliance.Part part, long offset, int length) {
        if (ended) {
            return;
        }
        BitSet known = seen.computeIfAbsent(part, _ -> new BitSet());
        int end = Math.toIntExact(Block.count(offset + length));
        int block = known.nextClearBit(Math.toIntExact(offset / Block.SIZE));
        while (block < end) {
            int next = known.nextSetBit(block);
            int stop = next < 0 ? end : Math.min(next, end);
            known.set(block, stop);
            touches.add(new Touch(part.word(), block, stop - block));
            block = known.nextClearBit(stop);
        }
    }

    /// The same device, read under this log's eyes.
    BlockDevice watching(Appliance.Part part, BlockDevice device) {
        return new BlockDevice() {
            @Override
            public long size() {
                return device.size();
            }

            @Override
            public boolean isReady(long offset, int length) {
                return device.isReady(offset, length);
            }

            @Override
            public void read(long offset, ByteBuffer into) throws IOException {
                TouchLog.this.read(part, offset, into.remaining());
                device.read(offset, into);
            }

            @Override
            public List<Extent> extents(long offset, long length) {
                return device.extents(offset, length);
            }
        };
    }
}
