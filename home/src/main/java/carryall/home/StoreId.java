package carryall.home;

import java.nio.ByteBuffer;
import java.util.UUID;

/// Which home it is: by chance, made with it. It goes into every key, so that no object of another
/// home passes for one of this, even if both have one passphrase.
public record StoreId(UUID id) {
    byte[] bytes() {
        return ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
