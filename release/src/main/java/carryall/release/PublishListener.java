package carryall.release;

/// Watches a release being made. Called on any thread.
public interface PublishListener {
    /// So many steps are still to come, as far as can be told now.
    void toCome(int steps);

    /// The next step begins.
    ///
    /// @param title a few words, such as `compressing what is new`
    /// @param totalBytes of the step; 0 if not known
    void step(String title, long totalBytes);

    /// So many bytes more of the step are done.
    void done(long bytes);
}
