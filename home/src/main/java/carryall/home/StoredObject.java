package carryall.home;

import carryall.transport.TransportException;

/// What every store asks of an object before it hands it out.
final class StoredObject {
    private StoredObject() {}

    static void check(String location, ObjectName name, byte[] bytes) throws TransportException {
        if (!ObjectName.of(name.kind(), bytes).equals(name)) {
            throw new TransportException.Damaged(
                    location, name.text(), "its " + bytes.length + " bytes are not what it names");
        }
    }

    static void checkSize(String location, ObjectName name, long size, long found)
            throws TransportException {
        if (size != found) {
            throw new TransportException.Damaged(
                    location, name.text(), "it has " + found + " bytes, not " + size);
        }
    }
}
