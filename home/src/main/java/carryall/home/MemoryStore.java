package carryall.home;

import carryall.transport.TransportException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// A store in memory.
public final class MemoryStore implements HomeStore {
    private final ReentrantLock lock = new ReentrantLock(); // guards all below
    private final Map<ObjectName, byte[]> objects = new TreeMap<>();

    /// An empty one.
    public MemoryStore() {}

    @Override
    public String location() {
        return "memory";
    }

    @Override
    public List<ObjectName> list(ObjectKind kind) {
        lock.lock();
        try {
            return objects.keySet().stream().filter(name -> name.kind() == kind).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void put(ObjectName name, byte[] bytes) {
        lock.lock();
        try {
            objects.putIfAbsent(name, bytes.clone());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] read(ObjectName name) throws TransportException {
        byte[] bytes = found(name);
        StoredObject.check(location(), name, bytes);
        return bytes.clone();
    }

    private byte[] found(ObjectName name) throws TransportException {
        lock.lock();
        try {
            byte[] bytes = objects.get(name);
            if (bytes == null) {
                throw new TransportException.Missing(location(), name.text());
            }
            return bytes;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public byte[] range(ObjectName name, long size, long offset, int length)
            throws TransportException {
        byte[] bytes = found(name);
        StoredObject.checkSize(location(), name, size, bytes.length);
        int from = Math.toIntExact(offset);
        return Arrays.copyOfRange(bytes, from, Math.addExact(from, length));
    }

    @Override
    public void remove(ObjectName name) {
        lock.lock();
        try {
            objects.remove(name);
        } finally {
            lock.unlock();
        }
    }

    /// Puts other bytes under a name, as a bad disk or a bad server would.
    public void spoil(ObjectName name, byte[] bytes) {
        lock.lock();
        try {
            objects.put(name, bytes.clone());
        } finally {
            lock.unlock();
        }
    }
}
