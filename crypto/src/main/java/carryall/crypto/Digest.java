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
    private static final String ALGORITHM = "sha256:";
    private static final int DIGITS = 64;

    public Digest {
        if (!isDigest(text)) {
            throw new IllegalArgumentException("'" + text + "' is not a SHA-256 digest");
        }
    }

    // By hand: an index has ten thousands of them, and a regular expression took a fifth of a
    // client's time.
    private static boolean isDigest(String text) {
        if (text.length() != ALGORITHM.length() + DIGITS || !text.startsWith(ALGORITHM)) {
            return false;
        }
        for (int i = ALGORITHM.length(); i < text.length(); i++) {
            char digit = text.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
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
        return new Digest(ALGORITHM + HexFormat.of().formatHex(digest.digest(last)));
    }

    /// The digits alone.
    public String hex() {
        return text.substring(ALGORITHM.length());
    }

    @Override
    public String toString() {
        return text;
    }
}
