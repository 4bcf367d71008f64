package carryall.folder;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/// By what a client knows a file: 32 bytes, see `docs/formats/handles.md`.
///
/// @param grant the folder's name, digested
/// @param high of the path that the file had below the folder when the handle was made, digested
///   with the folder's name: the first half
/// @param low the second half
/// @param generation tells files apart that had the same path one after the other
record Handle(long grant, long high, long low, int generation) {
    static final int BYTES = 32;
    private static final int MAGIC = 0x6361_7279; // "cary"
    private static final long SPREAD = 0x9E37_79B9_7F4A_7C15L;

    /// Of the folder itself.
    static Handle root(String folder) {
        return first(folder, "");
    }

    /// Of the first file that is seen at a path.
    ///
    /// @param path below the folder, as in [Name]
    static Handle first(String folder, String path) {
        ByteBuffer digest = digest(folder + "\0" + path);
        return new Handle(grant(folder), digest.getLong(), digest.getLong(), 0);
    }

    static long grant(String folder) {
        return digest(folder).getLong();
    }

    static ByteBuffer digest(String text) {
        try {
            return ByteBuffer.wrap(
                    MessageDigest.getInstance("SHA-256")
                            .digest(text.getBytes(StandardCharsets.ISO_8859_1)));
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }

    Handle generation(int other) {
        return new Handle(grant, high, low, other);
    }

    boolean isOfSamePath(Handle other) {
        return grant == other.grant && high == other.high && low == other.low;
    }

    /// By what the client's programs tell files apart. The same on every host.
    long fileId() {
        long id = (high ^ (generation * SPREAD)) & Long.MAX_VALUE;
        return id == 0 ? 1 : id;
    }

    /// Two handles, of which one is a directory's, make a hash for [HandleTable].
    int hash() {
        return mix(grant ^ (high + low * SPREAD + generation));
    }

    int hash(Name name) {
        return mix((hash() + 1L) * SPREAD + name.text().hashCode());
    }

    private static int mix(long value) {
        return (int) ((value * SPREAD) >>> Integer.SIZE);
    }

    void write(ByteBuffer to) {
        to.putLong(grant).putLong(high).putLong(low).putInt(generation).putInt(MAGIC);
    }

    /// Reads what a client sent.
    ///
    /// @param from 32 bytes
    static Handle read(ByteBuffer from) throws Refused {
        Handle handle = new Handle(from.getLong(), from.getLong(), from.getLong(), from.getInt());
        if (from.getInt() != MAGIC) {
            throw new Refused(Status.BADHANDLE);
        }
        return handle;
    }
}
