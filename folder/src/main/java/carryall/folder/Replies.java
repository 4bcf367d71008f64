package carryall.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.Map;

/// The last replies to requests that change something. A client that lost its connection sends what
/// was not answered again; a file that it removed then would be missing. Safe for many threads.
final class Replies {
    private static final int MOST = 128;
    private static final int MOST_BYTES = 2048;

    private final Map<ByteBuffer, byte[]> last =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, byte[]> eldest) {
                    return size() > MOST;
                }
            };

    interface Answer {
        void write() throws IOException;
    }

    /// Writes the reply that the same message had, or else has it answered.
    ///
    /// @param message with the client's number of it, which it does not use for another soon
    void once(ByteBuffer message, XdrOutput out, Answer answer) throws IOException {
        ByteBuffer digest = digest(message);
        byte[] before;
        synchronized (last) {
            before = last.get(digest);
        }
        if (before != null) {
            out.room(before.length).put(before);
            return;
        }
        int start = out.position();
        answer.write();
        ByteBuffer written = out.written().position(start);
        if (written.remaining() <= MOST_BYTES) {
            byte[] reply = new byte[written.remaining()];
            written.get(reply);
            synchronized (last) {
                last.put(digest, reply);
            }
        }
    }

    private static ByteBuffer digest(ByteBuffer message) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(message.duplicate());
            return ByteBuffer.wrap(digest.digest());
        } catch (NoSuchAlgorithmException everyJdkHasIt) {
            throw new IllegalStateException(everyJdkHasIt);
        }
    }
}
