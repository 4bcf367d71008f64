package carryall.release;

/// Watches a release arrive. Called on any thread.
public interface FetchListener {
    /// Nobody watches.
    FetchListener SILENT =
            new FetchListener() {
                @Override
                public void begins(long fetchBytes, long hereBytes) {}

                @Override
                public void fetched(long bytes) {}
            };

    /// What is going to happen.
    ///
    /// @param fetchBytes compressed, from the shelf
    /// @param hereBytes plain, from what is on this host already
    void begins(long fetchBytes, long hereBytes);

    /// Another process fetches the same, and is waited for.
    default void waits() {}

    /// So many bytes more have come from the shelf.
    void fetched(long bytes);
}
