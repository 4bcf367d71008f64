package carryall.block;

import java.io.IOException;
import java.net.ProtocolException;

/// What a client wants: doc/proto.md, "Request message".
///
/// @param flags 16 bits
/// @param command 16 bits, one of ours or not
/// @param cookie the client's name for it, which the reply repeats
/// @param offset 64 bits unsigned
/// @param length 32 bits unsigned
record Request(int flags, int command, long cookie, long offset, long length) {
    static final int BYTES = 28;

    /// Waits for one.
    static Request from(Input input) throws IOException {
        input.await(BYTES);
        if (input.nextInt() != Protocol.REQUEST) {
            throw new ProtocolException("a request without its magic number");
        }
        return new Request(
                input.nextShort(),
                input.nextShort(),
                input.nextLong(),
                input.nextLong(),
                Integer.toUnsignedLong(input.nextInt()));
    }

    boolean isWithin(long size) {
        return offset >= 0 && offset <= size && length <= size - offset;
    }

    boolean has(int flag) {
        return (flags & flag) != 0;
    }

    boolean hasOnly(int allowed) {
        return (flags & ~allowed) == 0;
    }
}
