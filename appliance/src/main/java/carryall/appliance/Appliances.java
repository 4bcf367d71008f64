package carryall.appliance;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// The appliances on this host: a directory with one folder for each, named by digest. The folders
/// never change once they are there. Safe for many processes.
public final class Appliances {
    private final Path directory;

    /// Over a directory, which need not be there yet.
    ///
    /// @param directory made when first needed
    public Appliances(Path directory) {
        this.directory = directory;
    }

    /// All that are here, newest first; a damaged one is left out here and reported by [#find].
    public List<InstalledAppliance> list() throws ApplianceException {
        throw new UnsupportedOperationException("" + directory);
    }

    /// The one that a digest names.
    ///
    /// @throws ApplianceException.ApplianceMissing if it is not here
    /// @throws ApplianceException.ApplianceDamaged if its description is not what `id` names
    public InstalledAppliance find(Digest id) throws ApplianceException {
        throw new UnsupportedOperationException("" + id);
    }

    /// The newest one of a name, and of a version if one is given.
    public Optional<InstalledAppliance> newest(ApplianceName name, Optional<String> version)
            throws ApplianceException {
        throw new UnsupportedOperationException(name + " " + version);
    }

    /// The one that was built from these very inputs.
    public Optional<InstalledAppliance> builtFrom(Digest recipe) throws ApplianceException {
        throw new UnsupportedOperationException("" + recipe);
    }

    /// A new empty folder beside the others, to build in; the caller removes it or [#add]s it.
    /// Folders that a killed build left are removed here.
    public Path newFolder() throws ApplianceException {
        throw new UnsupportedOperationException();
    }

    /// Takes a folder from [#newFolder] that holds every part as the description says: writes the
    /// description, flushes all to disk, makes the files read-only, and moves the folder to its
    /// place.
    public InstalledAppliance add(Path folder, Appliance description) throws ApplianceException {
        throw new UnsupportedOperationException(folder + " " + description);
    }

    /// Reads every part again and compares it with its digest.
    public void verify(InstalledAppliance appliance) throws ApplianceException {
        throw new UnsupportedOperationException("" + appliance);
    }
}
