package carryall.crypto;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// A SHA-256 digest, written as OCI does: `sha256:` and 64 hexadecimal digits in lower case.
///
/// @param text the written form
public record Digest(String text) {
    public Digest {
        if (!text.matches("sha256:[0-9a-f]{64}")) {
            throw new IllegalArgumentException("'" + text + "' is not a SHA-256 digest");
        }
    }

    /// The digest of some bytes.
    public static Digest of(byte[] bytes) {
        return finished(sha256(), bytes);
    }

    /// The digest of a file's content.
    public static Digest of(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[1 << 16];
        try (InputStream input = Files.newInputStream(file)) {
            int read = input.read(buffer);
            while (read >= 0) {
                digest.update(buffer, 0, read);
                read = input.read(buffer);
            }
        }
        return finished(digest, new byte[0]);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-256", impossible);
        }
    }

    private static Digest finished(MessageDigest digest, byte[] last) {
        return new Digest("sha256:" + HexFormat.of().formatHex(digest.digest(last)));
    }

    /// The digits alone.
    public String hex() {
        return text.substring("sha256:".length());
    }

    @Override
    public String toString() {
        return text;
    }
}
