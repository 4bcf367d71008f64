package carryall.home;

import java.util.UUID;

/// A host of a home: by chance, made when it joins; a host that joins again is another.
public record HostId(UUID id) implements Comparable<HostId> {
    @Override
    public int compareTo(HostId other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
