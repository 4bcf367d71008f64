package carryall.release;

import carryall.crypto.Digest;
import java.util.Optional;

/// Names under which things stand in a repository. A tag of OCI may not have `+` and `~`, which
/// versions have; `_` is how they are written, and so it is written twice itself.
public final class Tags {
    private static final String CHANNEL = ".channel";
    private static final String OF_OTHERS = "[.-].*|keys-[0-9]+|.*\\.channel|sha256-.*";

    private Tags() {}

    /// The tag of a version: `2.2.0+b~1` is `2.2.0_pb_t1`. No two versions have the same, and none
    /// has that of a channel, of keys or of a signature: such a one begins with `_v`.
    ///
    /// @param version 1 to 64 of `[A-Za-z0-9._+~-]`
    public static String ofVersion(String version) {
        String tag = version.replace("_", "__").replace("+", "_p").replace("~", "_t");
        return tag.matches(OF_OTHERS) ? "_v" + tag : tag;
    }

    static String ofChannel(String channel) {
        return channel + CHANNEL;
    }

    /// The channel that a tag is of.
    static Optional<String> channel(String tag) {
        return Optional.of(tag)
                .filter(text -> text.endsWith(CHANNEL))
                .map(text -> text.substring(0, text.length() - CHANNEL.length()))
                .filter(Channel::isName);
    }

    static String ofKeys(long version) {
        return "keys-" + version;
    }

    /// Where cosign looks for the signatures of a manifest.
    static String ofSignatures(Digest manifest) {
        return "sha256-" + manifest.hex() + ".sig";
    }
}
