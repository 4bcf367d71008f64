package carryall.machine;

import java.time.Instant;
import java.util.Optional;

/// A file, folder, link or else in a guest's file system, as a listing shows it. All of it is the
/// guest's word.
///
/// @param mode its rights, 12 bits
/// @param modified when its content last changed
/// @param target where a link leads to; empty for what is none
public record GuestFile(
        GuestName name,
        Kind kind,
        int mode,
        long uid,
        long gid,
        long sizeBytes,
        Instant modified,
        Optional<String> target) {
    /// What it is.
    public enum Kind {
        FILE,
        FOLDER,
        LINK,
        /// A device node, a pipe or a socket: never taken out.
        OTHER
    }
}
