package carryall.block;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/// A whole file as a device: all of it is here.
public final class FileDevice implements BlockDevice, AutoCloseable {
    private final FileChannel file;
    private final long size;

    /// By where they begin.
    private final NavigableMap<Long, Extent> extents;

    private FileDevice(FileChannel file, long size, NavigableMap<Long, Extent> extents) {
        this.file = file;
        this.size = size;
        this.extents = extents;
    }

    /// Opens a file of which nothing is known to be zero.
    ///
    /// @return the caller's to close; the file must not become shorter before that
    public static FileDevice open(Path path) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        long size = file.size();
        return new FileDevice(
                file, size, at(size == 0 ? List.of() : List.of(new Extent(size, false))));
    }

    /// Opens a file whose zeros are known.
    ///
    /// @param extents from the first byte on; together as long as the file
    public static FileDevice open(Path path, List<Extent> extents) throws IOException {
        FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
        long size = file.size();
        long covered = extents.stream().mapToLong(Extent::length).reduce(0, Math::addExact);
        if (covered != size) {
            file.close();
            throw new IllegalArgumentException(
                    "extents of " + covered + " bytes for " + path + ", which has " + size);
        }
        return new FileDevice(file, size, at(extents));
    }

    private static NavigableMap<Long, Extent> at(List<Extent> extents) {
        NavigableMap<Long, Extent> at = new TreeMap<>();
        long offset = 0;
        for (Extent extent : extents) {
            at.put(offset, extent);
            offset += extent.length();
        }
        return at;
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public boolean isReady(long offset, int length) {
        return true;
    }

    @Override
    public void read(long offset, ByteBuffer into) throws IOException {
        long at = offset;
        while (into.hasRemaining()) {
            int read = file.read(into, at);
            if (read < 0) {
                throw new EOFException("the file ends at " + at + ", it had " + size + " bytes");
            }
            at += read;
        }
    }

    @Override
    public List<Extent> extents(long offset, long length) {
        long end = offset + length;
        List<Extent> within = new ArrayList<>(1);
        var first = extents.floorEntry(offset);
        if (first == null) {
            return within;
        }
        for (var entry : extents.tailMap(first.getKey(), true).entrySet()) {
            if (entry.getKey() >= end) {
                break;
            }
            long from = Math.max(offset, entry.getKey());
            long to = Math.min(end, entry.getKey() + entry.getValue().length());
            within.add(new Extent(to - from, entry.getValue().isZero()));
        }
        return within;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
