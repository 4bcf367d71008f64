package carryall.chunk;

/// Watches images being packed. Called on any thread.
public interface PackListener {
    /// So many bytes more of the images were read and cut.
    void cut(long bytes);

    /// What is new is known, and is going to be compressed.
    ///
    /// @param totalBytes of it, plain
    void packing(long totalBytes);

    /// So many plain bytes more were compressed.
    void packed(long bytes);
}
