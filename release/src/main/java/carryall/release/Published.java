package carryall.release;

import java.util.List;

/// What came of publishing.
///
/// @param release as it lies on the shelf
/// @param installed the same on this host, to make the next one's deltas of
/// @param contentBytes of the images, plain, zeros excepted
/// @param sharedBytes of those that earlier releases on the shelf hold already
/// @param firstBytes what somebody fetches who has nothing
/// @param uploadedBytes what was put on the shelf
/// @param updates what somebody fetches who has an earlier version
/// @param near what somebody fetches who has another app, its name before its version
/// @param warnings about reuse that was thrown away
public record Published(
        Release release,
        InstalledRelease installed,
        long contentBytes,
        long sharedBytes,
        long firstBytes,
        long uploadedBytes,
        List<Update> updates,
        List<Update> near,
        List<String> warnings) {
    public Published {
        updates = List.copyOf(updates);
        near = List.copyOf(near);
        warnings = List.copyOf(warnings);
    }

    /// The way from an earlier version.
    ///
    /// @param bytes to be fetched, the index included
    /// @param coded whether a delta shortens it
    public record Update(String version, long bytes, boolean coded) {}
}
