package carryall.chunk;

import carryall.crypto.Digest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;

/// Whole numbers in as few bytes as they need: seven bits a byte, the lowest first, the eighth bit
/// set on all but the last (unsigned LEB128). Signed ones alternate: 0, -1, 1, -2 are 0, 1, 2, 3.
public final class Varints {
    private static final int DIGEST = 32;

    private Varints() {}

    /// Writes a number.
    ///
    /// @param number 0 to 2^56 - 1
    public static void write(ByteArrayOutputStream out, long number) {
        long left = number;
        while ((left & ~0x7fL) != 0) {
            out.write((int) ((left & 0x7f) | 0x80));
            left >>>= 7;
        }
        out.write((int) left);
    }

    static long zigzag(long number) {
        return (number << 1) ^ (number >> 63);
    }

    static long unzigzag(long number) {
        return (number >>> 1) ^ -(number & 1);
    }

    /// Writes a digest's 32 bytes.
    public static void write(ByteArrayOutputStream out, Digest digest) {
        out.writeBytes(HexFormat.of().parseHex(digest.hex()));
    }

    /// Reads a number.
    ///
    /// @throws IllegalArgumentException if the bytes end, or the number is over 2^56 or written in
    ///   more bytes than it needs
    public static long read(ByteBuffer in) {
        long number = 0;
        for (int shift = 0; shift < 56; shift += 7) {
            need(in, 1);
            int next = in.get() & 0xff;
            number |= (next & 0x7fL) << shift;
            if (next < 0x80) {
                if (next == 0 && shift > 0) {
                    throw new IllegalArgumentException("a number in too many bytes");
                }
                return number;
            }
        }
        throw new IllegalArgumentException("a number without end");
    }

    /// Reads a small number.
    ///
    /// @throws IllegalArgumentException also if the number is over `most`
    public static int read(ByteBuffer in, int most) {
        long number = read(in);
        if (number > most) {
            throw new IllegalArgumentException(number + " where at most " + most + " can be");
        }
        return (int) number;
    }

    /// Reads what was written of a digest.
    ///
    /// @throws IllegalArgumentException if the bytes end
    public static Digest readDigest(ByteBuffer in) {
        need(in, DIGEST);
        byte[] bytes = new byte[DIGEST];
        in.get(bytes);
        return new Digest("sha256:" + HexFormat.of().formatHex(bytes));
    }

    /// @throws IllegalArgumentException if fewer bytes are left
    static void need(ByteBuffer in, int bytes) {
        if (in.remaining() < bytes) {
            throw new IllegalArgumentException("it ends too early");
        }
    }
}
