package carryall.appliance;

import carryall.crypto.Digest;
import java.nio.file.Path;

/// An appliance whose files lie on this host.
///
/// @param id the digest of its description
/// @param directory where its parts are, each under [Appliance.Part#fileName]
public record InstalledAppliance(Digest id, Appliance description, Path directory) {
    /// Where a part lies.
    ///
    /// @param part one that the description has
    public Path file(Appliance.Part part) {
        if (!description.parts().containsKey(part)) {
            throw new IllegalArgumentException(description.name() + " has no " + part);
        }
        return directory.resolve(part.fileName());
    }

    /// What a part holds.
    ///
    /// @param part one that the description has
    public Appliance.Content content(Appliance.Part part) {
        Appliance.Content content = description.parts().get(part);
        if (content == null) {
            throw new IllegalArgumentException(description.name() + " has no " + part);
        }
        return content;
    }
}
