package carryall.transport;

import java.util.List;

/// A place where a publisher's releases lie: repositories side by side. Safe for many threads.
public interface Shelf {
    /// Where it lies, as people write it: a path, an address, or a registry's name.
    String location();

    /// The repositories that it says it has, in the order of their names.
    ///
    /// @throws TransportException.Refused if this shelf does not tell
    List<String> repositories() throws TransportException;

    /// One repository; nothing is asked yet.
    ///
    /// @param name 1 to 64 of `[a-z0-9-]`, not starting with `-`: an app's name
    Repository repository(String name);
}
