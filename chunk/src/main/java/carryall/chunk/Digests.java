package carryall.chunk;

import carryall.crypto.Digest;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// SHA-256 of parts of arrays.
final class Digests {
    private Digests() {}

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    static Digest of(MessageDigest sha256, byte[] bytes, int offset, int length) {
        sha256.update(bytes, offset, length);
        return new Digest("sha256:" + HexFormat.of().formatHex(sha256.digest()));
    }
}
