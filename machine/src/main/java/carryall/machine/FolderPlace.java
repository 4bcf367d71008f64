package carryall.machine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// Which folders of the host may be granted: any but those through which a guest would get at what
/// holds it.
final class FolderPlace {
    private FolderPlace() {}

    /// The folder's own path, without links, once it is known that it may be granted.
    ///
    /// @param home the state directory, which no guest reaches
    /// @throws MachineException.FolderAbsent if there is nothing
    /// @throws MachineException.FolderUnfit if it must not be granted
    static Path checked(Path directory, Path home) throws MachineException {
        Path place = real(directory);
        if (!Files.isDirectory(place)) {
            throw new MachineException.FolderUnfit(directory, "it is not a folder");
        }
        if (place.getNameCount() == 0) {
            throw new MachineException.FolderUnfit(directory, "it is the whole host");
        }
        Path own = Files.exists(home) ? real(home) : home.toAbsolutePath().normalize();
        if (place.startsWith(own)) {
            throw new MachineException.FolderUnfit(
                    directory, "it lies in the state directory " + own);
        }
        if (own.startsWith(place)) {
            throw new MachineException.FolderUnfit(
                    directory, "the state directory " + own + " lies in it");
        }
        return place;
    }

    private static Path real(Path path) throws MachineException {
        try {
            return path.toRealPath();
        } catch (NoSuchFileException absent) {
            throw new MachineException.FolderAbsent(path);
        } catch (IOException failure) {
            throw new MachineException.FolderUnfit(
                    path, "it cannot be reached (" + failure.getMessage() + ")");
        }
    }
}
