package carryall.machine;

import java.util.List;
import java.util.Optional;

/// The customisations of one machine's system, as far as the host knows them.
///
/// @param isThere whether the machine has any, or may have
/// @param changes what they are, as its guest last said; empty if it never said
/// @param takenBackNext what the next start takes back: absolute paths, an empty list for all
public record Customisations(
        boolean isThere, Optional<Changes> changes, Optional<List<String>> takenBackNext) {}
