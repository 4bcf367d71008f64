package carryall.machine;

import carryall.appliance.Appliance;
import carryall.block.BlockDevice;
import carryall.block.Extent;
import carryall.chunk.Block;
import carryall.chunk.Image;
import carryall.chunk.Piece;
import carryall.release.Arrival;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A part of an appliance that arrives, for who reads it by block.
record ArrivingPart(Arrival arrival, Appliance.Part part) implements BlockDevice {
    @Override
    public long size() {
        return arrival.size(part);
    }

    @Override
    public boolean isReady(long offset, int length) {
        try {
            return arrival.isReady(part, offset, length);
        } catch (IOException saidWhenItIsRead) {
            return false;
        }
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        arrival.read(part, offset, into);
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        Image image = arrival.image(part);
        List<Extent> extents = new ArrayList<>();
        long at = offset;
        long end = offset + length;
        while (at < end) {
            Piece piece = image.at(at / Block.SIZE);
            long next = Math.min(end, piece.end() * Block.SIZE);
            Extent extent = new Extent(next - at, piece.isZeros());
            if (!extents.isEmpty() && extents.getLast().isZero() == extent.isZero()) {
                Extent last = extents.removeLast();
                extent = new Extent(last.length() + extent.length(), extent.isZero());
            }
            extents.add(extent);
            at = next;
        }
        return extents;
    }
}
