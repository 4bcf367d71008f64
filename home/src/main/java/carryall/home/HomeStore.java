package carryall.home;

import carryall.transport.TransportException;
import java.util.List;

/// Where the objects of a home lie: a dumb place, which is not trusted. An object is never changed.
/// Safe for many threads and many hosts.
public interface HomeStore {
    /// The largest object: 64 MiB and what sealing adds.
    int LARGEST_OBJECT = 65 << 20;

    /// Where it lies, as people write it.
    String location();

    /// All objects of a kind, in the order of their names. One that is only partly there may be
    /// among them.
    List<ObjectName> list(ObjectKind kind) throws TransportException;

    /// Puts an object there, or leaves it if it is there. When this returns, the object is on the
    /// disk; cut at any moment, it is there whole or not at all.
    ///
    /// @param bytes whose SHA-256 the name is; up to [#LARGEST_OBJECT]
    /// @throws TransportException.Refused if it can only be read
    void put(ObjectName name, byte[] bytes) throws TransportException;

    /// A whole object, checked against its name.
    ///
    /// @throws TransportException.Missing if it is not there
    /// @throws TransportException.Damaged if what is there is not what the name says
    byte[] read(ObjectName name) throws TransportException;

    /// A part of an object, not checked: the caller knows what it should be.
    ///
    /// @param size the object's exact size
    /// @param offset the first byte
    /// @param length 1 and more; `offset + length` is `size` at most
    /// @throws TransportException.Missing if it is not there
    /// @throws TransportException.Damaged if it has another size
    byte[] range(ObjectName name, long size, long offset, int length) throws TransportException;

    /// Removes an object, if it is there; parts of it may still be handed out for a while.
    ///
    /// @throws TransportException.Refused if it cannot remove
    void remove(ObjectName name) throws TransportException;
}
