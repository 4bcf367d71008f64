package carryall.folder;

import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads XDR (RFC 4506) from a message that is here as a whole. A length is believed only as far as
/// there are bytes.
final class XdrInput {
    private final ByteBuffer bytes;

    /// Begins at the first byte.
    ///
    /// @param bytes from position to limit
    XdrInput(ByteBuffer bytes) {
        this.bytes = bytes;
    }

    private void need(int some) throws ProtocolException {
        if (bytes.remaining() < some) {
            throw new ProtocolException("the message ends too early");
        }
    }

    int nextInt() throws ProtocolException {
        need(Integer.BYTES);
        return bytes.getInt();
    }

    long nextLong() throws ProtocolException {
        need(Long.BYTES);
        return bytes.getLong();
    }

    boolean nextBoolean() throws ProtocolException {
        return switch (nextInt()) {
            case 0 -> false;
            case 1 -> true;
            default -> throw new ProtocolException("neither true nor false");
        };
    }

    /// Bytes of variable length, as a part of the message.
    ByteBuffer nextOpaque(int most) throws ProtocolException {
        int length = nextInt();
        if (length < 0 || length > most) {
            throw new ProtocolException("too long");
        }
        need(length);
        ByteBuffer part = bytes.slice(bytes.position(), length);
        int padded = (length + 3) & ~3;
        need(padded);
        bytes.position(bytes.position() + padded);
        return part;
    }

    /// A text, one character a byte.
    String nextString(int most) throws ProtocolException {
        ByteBuffer part = nextOpaque(most);
        byte[] text = new byte[part.remaining()];
        part.get(text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
