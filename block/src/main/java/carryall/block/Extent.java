package carryall.block;

/// A stretch of a device.
///
/// @param length bytes, 1 or more
/// @param isZero whether all of it is known to be zero; content that is not may still be so
public record Extent(long length, boolean isZero) {
    public Extent {
        if (length < 1) {
            throw new IllegalArgumentException("an extent of " + length + " bytes");
        }
    }
}
