package carryall.machine;

import java.util.List;

/// What was taken out of a machine's disk, or put on it.
///
/// @param files how many
/// @param bytes in them
/// @param leftOut what was not, and why, for people; foreign
/// @param unread how many of those could not be read whole
public record FilesTaken(long files, long bytes, List<String> leftOut, int unread) {
    public FilesTaken {
        leftOut = List.copyOf(leftOut);
    }
}
