package carryall.folder;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The folders that are granted now. Safe for many threads.
final class Folders {
    private final Map<Long, Folder> byGrant = new ConcurrentHashMap<>();

    /// Grants one.
    ///
    /// @return whether no folder of that name was there
    boolean add(Folder folder) {
        return byGrant.putIfAbsent(folder.root().grant(), folder) == null;
    }

    Optional<Folder> remove(String name) {
        return Optional.ofNullable(byGrant.remove(Handle.grant(name)));
    }

    Optional<Folder> named(String name) {
        return Optional.ofNullable(byGrant.get(Handle.grant(name)));
    }

    Folder of(Handle handle) throws Refused {
        Folder folder = byGrant.get(handle.grant());
        if (folder == null) {
            throw new Refused(Status.STALE);
        }
        return folder;
    }

    List<Folder> all() {
        return List.copyOf(byGrant.values());
    }
}
