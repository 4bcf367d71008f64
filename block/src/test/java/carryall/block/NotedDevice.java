package carryall.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// A device over another that notes how much it is asked for, read by read.
record NotedDevice(BlockDevice device, List<Integer> lengths) implements BlockDevice {
    static NotedDevice over(BlockDevice device) {
        return new NotedDevice(device, Collections.synchronizedList(new ArrayList<>()));
    }

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
        lengths.add(into.remaining());
        device.read(offset, into);
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        return device.extents(offset, length);
    }
}
