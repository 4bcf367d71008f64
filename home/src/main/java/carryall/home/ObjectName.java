package carryall.home;

import carryall.crypto.Digest;

/// What names an object of a home: its kind, and the SHA-256 of its bytes as they lie there. Sealed
/// bytes are different each time, so that a name tells nothing of what was sealed.
public record ObjectName(ObjectKind kind, Digest digest) implements Comparable<ObjectName> {
    /// The name of these bytes.
    static ObjectName of(ObjectKind kind, byte[] bytes) {
        return new ObjectName(kind, Digest.of(bytes));
    }

    /// As written, also as a tag of a registry: `pack-` and 64 hexadecimal digits.
    String text() {
        return kind.word() + "-" + digest.hex();
    }

    /// Reads what [#text] wrote.
    ///
    /// @throws IllegalArgumentException if it names no object
    static ObjectName parse(String text) {
        for (ObjectKind kind : ObjectKind.values()) {
            String start = kind.word() + "-";
            if (text.startsWith(start)) {
                return new ObjectName(kind, new Digest("sha256:" + text.substring(start.length())));
            }
        }
        throw new IllegalArgumentException("'" + text + "' names no object");
    }

    @Override
    public int compareTo(ObjectName other) {
        return text().compareTo(other.text());
    }

    @Override
    public String toString() {
        return text();
    }
}
