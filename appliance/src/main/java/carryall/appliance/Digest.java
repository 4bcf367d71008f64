package carryall.appliance;

/// A SHA-256 digest, written as OCI does: `sha256:` and 64 hexadecimal digits in lower case.
///
/// @param text the written form
public record Digest(String text) {
    public Digest {
        if (!text.matches("sha256:[0-9a-f]{64}")) {
            throw new IllegalArgumentException("'" + text + "' is not a SHA-256 digest");
        }
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
