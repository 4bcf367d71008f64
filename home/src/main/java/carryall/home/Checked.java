package carryall.home;

import java.util.List;

/// What a check found.
///
/// @param saves how many were looked at
/// @param packs how many
/// @param bytesRead of packs
/// @param faults for people, each with its object
public record Checked(int saves, int packs, long bytesRead, List<String> faults) {
    public Checked {
        faults = List.copyOf(faults);
    }
}
