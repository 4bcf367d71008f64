package carryall.home;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.machine.MachineName;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/// What is to be saved of a machine: the files of one state, none of which changes meanwhile.
///
/// @param machine the machine's id
/// @param state the state's number
/// @param releases that it goes with, and what their parts hold
/// @param files by path below the machine's folder
public record Luggage(
        UUID machine,
        MachineName name,
        int state,
        List<Release> releases,
        Map<String, Path> files) {
    /// A release, which is named and not copied.
    ///
    /// @param appliance the digest of its description
    /// @param parts what each of its files holds
    public record Release(Digest appliance, Map<Appliance.Part, Appliance.Content> parts) {
        public Release {
            parts = Map.copyOf(parts);
        }
    }

    public Luggage {
        releases = List.copyOf(releases);
        files = Map.copyOf(files);
    }
}
