package carryall.home;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.Path;

/// Where the files of releases lie on this host.
@FunctionalInterface
public interface ReleasedParts {
    /// A part's file.
    ///
    /// @param appliance the digest of the description
    /// @throws IOException if the release, or that part of it, is not here
    Path file(Digest appliance, Appliance.Part part) throws IOException;
}
