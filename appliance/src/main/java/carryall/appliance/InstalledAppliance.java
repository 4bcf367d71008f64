package carryall.appliance;

import carryall.crypto.Digest;
import java.nio.file.Files;
import java.nio.file.Path;

/// An appliance whose files lie on this host, or are on their way to it.
///
/// @param id the digest of its description
/// @param directory where its parts are, each under [Appliance.Part#fileName]
public record InstalledAppliance(Digest id, Appliance description, Path directory) {
    /// An empty file beside the parts as long as they are not whole.
    static final String ARRIVING = "arriving";

    /// Whether all of it is here at this moment. What is whole stays so; what is not becomes so
    /// while others look.
    public boolean isWhole() {
        return !Files.exists(arriving());
    }

    Path arriving() {
        return directory.resolve(ARRIVING);
    }

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
