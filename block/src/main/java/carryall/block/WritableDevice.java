package carryall.block;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A disk that is written too, by one client at a time. All of it is here.
public interface WritableDevice extends BlockDevice {
    /// Writes a whole buffer.
    ///
    /// @param offset of the first byte; the range is inside the device
    /// @param from from its position to its limit; the caller's
    /// @throws IOException if not all of it could be written; how much was is not known
    void write(long offset, ByteBuffer from) throws IOException;

    /// Returns when all that was written before lasts, whatever is killed.
    void flush() throws IOException;
}
