package carryall.block;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A disk that is only read, whose content may still be on its way. Its size never changes, and no
/// byte of it does, but of a [WritableDevice]. Many threads call at once. Ranges are inside the
/// device; whoever calls has checked that.
public interface BlockDevice {
    /// Bytes, 0 or more.
    long size();

    /// Whether a read of the range would not have to wait, because its content is here. Never waits
    /// itself: it is asked before each read.
    ///
    /// @param length bytes, 1 or more
    boolean isReady(long offset, int length);

    /// Reads until the buffer is full. May wait for minutes if the range is not ready; what was
    /// read once is here from then on, so that it is ready.
    ///
    /// A waiting read ends soon when its thread is interrupted, with an exception. A device over a
    /// [java.nio.channels.FileChannel] must not let the interrupt reach that: it would close the
    /// channel for all.
    ///
    /// @param offset of the first byte
    /// @param into filled from its position to its limit; the caller's. What is in it after a
    ///   failure does not count
    /// @throws IOException if the content cannot be had; reading again may help
    void read(long offset, ByteBuffer into) throws IOException;

    /// What is known without reading: adjacent extents from `offset` on that cover exactly `length`
    /// bytes. Never waits.
    ///
    /// @param length bytes, 1 or more
    List<Extent> extents(long offset, long length);
}
