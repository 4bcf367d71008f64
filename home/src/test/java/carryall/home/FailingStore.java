package carryall.home;

import carryall.transport.TransportException;
import java.io.IOException;
import java.util.List;

/// A store that is cut on purpose: at its nth change, before or after the change was made. One
/// thread.
final class FailingStore implements HomeStore {
    private final HomeStore store;
    private int changesLeft = Integer.MAX_VALUE;
    private boolean cutsAfter;
    private Between between = () -> {};

    /// What happens elsewhere.
    interface Between {
        void happens() throws IOException;
    }

    FailingStore(HomeStore store) {
        this.store = store;
    }

    /// @param after so many changes, once
    void cut(int after, boolean isLastMade) {
        changesLeft = after;
        cutsAfter = isLastMade;
    }

    void heal() {
        changesLeft = Integer.MAX_VALUE;
    }

    /// Something happens on another host before each change.
    void meanwhile(Between what) {
        between = what;
    }

    private boolean isCut() throws TransportException {
        try {
            between.happens();
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
        changesLeft--;
        if (changesLeft < 0 || (changesLeft == 0 && !cutsAfter)) {
            throw cut();
        }
        return changesLeft == 0;
    }

    private TransportException cut() {
        return new TransportException.Unreachable(location(), new IOException("cut on purpose"));
    }

    @Override
    public String location() {
        return store.location();
    }

    @Override
    public List<ObjectName> list(ObjectKind kind) throws TransportException {
        return store.list(kind);
    }

    @Override
    public void put(ObjectName name, byte[] bytes) throws TransportException {
        boolean cutNow = isCut();
        store.put(name, bytes);
        if (cutNow) {
            throw cut();
        }
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
    public void remove(ObjectName name) throws TransportException {
        boolean cutNow = isCut();
        store.remove(name);
        if (cutNow) {
            throw cut();
        }
    }
}
