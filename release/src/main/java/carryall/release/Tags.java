package carryall.release;

/// Names under which things stand in a repository. A tag of OCI may not have `+` and `~`, which
/// versions have; `_` is how they are written, and so it is written twice itself.
public final class Tags {
    private Tags() {}

    /// The tag of a version: `2.2.0+b~1` is `2.2.0_pb_t1`.
    public static String ofVersion(String version) {
        return version.replace("_", "__").replace("+", "_p").replace("~", "_t");
    }

    static String ofChannel(String channel) {
        return channel + ".channel";
    }

    static String ofKeys(long version) {
        return "keys-" + version;
    }

    /// Where cosign looks for the signatures of a manifest.
    static String ofSignatures(carryall.crypto.Digest manifest) {
        return "sha256-" + manifest.hex() + ".sig";
    }
}
