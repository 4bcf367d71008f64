package carryall.folder;

import java.nio.file.Path;
import java.util.regex.Pattern;

/// That a guest may use a folder of the host.
///
/// @param name by which the guest mounts it, as `/NAME`: 1 to 64 of `a-z A-Z 0-9 . _ -`, the first
///   no point. Handles are made from it, so that it has to be the same on all hosts of a machine
/// @param directory the folder, by a path without links. What is granted is the directory that lies
///   there when it is added to a server: if the host moves it the guest goes on with it
/// @param access what the guest may do there, besides what the host's permissions say
public record Grant(String name, Path directory, Access access) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}");

    /// What a guest may do.
    public enum Access {
        READ_ONLY,
        READ_WRITE
    }

    public Grant {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a folder's name: " + name);
        }
        directory = directory.toAbsolutePath();
    }
}
