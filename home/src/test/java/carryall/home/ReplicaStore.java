package carryall.home;

import carryall.transport.TransportException;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// A copy of a store that some tool brings to and from other copies, in pieces and in no order, as
/// a synchronised folder is. One thread.
final class ReplicaStore implements HomeStore {
    private final MemoryStore store = new MemoryStore();
    private final Set<ObjectName> removed = new TreeSet<>();

    /// Brings some of what another copy has, and of what was removed there.
    ///
    /// @param percent of each, on average
    void bring(ReplicaStore other, Random chance, int percent) throws TransportException {
        for (ObjectKind kind : ObjectKind.values()) {
            Set<ObjectName> here = new TreeSet<>(store.list(kind));
            for (ObjectName name : other.store.list(kind)) {
                if (!here.contains(name)
                        && !removed.contains(name)
                        && chance.nextInt(100) < percent) {
                    store.put(name, other.store.read(name));
                }
            }
        }
        for (ObjectName name : other.removed) {
            if (chance.nextInt(100) < percent) {
                remove(name);
            }
        }
    }

    @Override
    public String location() {
        return "a copy";
    }

    @Override
    public List<ObjectName> list(ObjectKind kind) {
        return store.list(kind);
    }

    @Override
    public void put(ObjectName name, byte[] bytes) {
        removed.remove(name);
        store.put(name, bytes);
    }

    @Override
    public byte[] read(ObjectName name) throws TransportException {
        return store.read(name);
    }

    @Override
    public byte[] range(ObjectName name, long size, long offset, int length)
            throws TransportException {
        return store.range(name, size, offset, length);
    }

    @Override
    public void remove(ObjectName name) {
        removed.add(name);
        store.remove(name);
    }
}
