package carryall.release;

import carryall.crypto.Digest;
import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How people name what lies on a shelf: `SHELF/APP[:TAG][@sha256:…]`.
///
/// @param shelf where it lies
/// @param app the repository there: 1 to 64 of `a-z0-9-`
/// @param tag a channel or a version; without one, channel `stable`
/// @param digest the one release that is meant, whatever the tag says now
public record Reference(
        ShelfAddress shelf, String app, Optional<String> tag, Optional<Digest> digest) {
    /// The channel that is followed if none is named.
    public static final String STABLE = "stable";

    private static final Pattern LAST =
            Pattern.compile(
                    "([a-z0-9][a-z0-9-]{0,63})(?::([A-Za-z0-9][A-Za-z0-9._+~-]{0,63}))?"
                            + "(?:@(sha256:[0-9a-f]{64}))?");

    /// Where a shelf is.
    public sealed interface ShelfAddress {
        /// As people write it.
        String text();

        /// A folder of this host.
        record Folder(Path path) implements ShelfAddress {
            @Override
            public String text() {
                return path.toString();
            }
        }

        /// A folder on a web server.
        record Web(URI uri) implements ShelfAddress {
            @Override
            public String text() {
                return uri.toString();
            }
        }

        /// A path of a registry.
        record Registry(String name) implements ShelfAddress {
            @Override
            public String text() {
                return name;
            }
        }

        /// Reads `https://…`, a path that begins with `.`, `/` or `~`, or a registry's name.
        ///
        /// @throws IllegalArgumentException if it is none of them
        static ShelfAddress parse(String text) {
            String lower = text.toLowerCase(Locale.ROOT);
            if (lower.startsWith("https://") || lower.startsWith("http://")) {
                return new Web(URI.create(withoutSlash(text)));
            }
            if (text.startsWith("/") || text.startsWith(".")) {
                return new Folder(Path.of(text).toAbsolutePath().normalize());
            }
            if (text.startsWith("~/")) {
                return new Folder(
                        Path.of(System.getProperty("user.home"), text.substring(2)).normalize());
            }
            String host = text.split("/", 2)[0];
            if (!text.matches("[A-Za-z0-9.:\\[\\]_/-]{1,255}")
                    || !(host.contains(".") || host.contains(":") || host.equals("localhost"))) {
                throw new IllegalArgumentException(
                        "'" + text + "' is no shelf: neither an address, a path nor a registry");
            }
            return new Registry(withoutSlash(text));
        }

        private static String withoutSlash(String text) {
            return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        }
    }

    /// Reads a reference.
    ///
    /// @throws IllegalArgumentException if it is none
    public static Reference parse(String text) {
        int slash = text.lastIndexOf('/', endOfPath(text));
        Matcher last = LAST.matcher(text.substring(slash + 1));
        if (slash < 1 || !last.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no reference: SHELF/APP[:VERSION or :CHANNEL][@sha256:…]");
        }
        return new Reference(
                ShelfAddress.parse(text.substring(0, slash)),
                last.group(1),
                Optional.ofNullable(last.group(2)),
                Optional.ofNullable(last.group(3)).map(Digest::new));
    }

    private static int endOfPath(String text) {
        int at = text.indexOf("@sha256:");
        return at < 0 ? text.length() : at;
    }

    /// Whether a text can only be a reference, and no path of a recipe nor a name.
    public static boolean isMeant(String text) {
        try {
            Reference reference = parse(text);
            return switch (reference.shelf()) {
                case ShelfAddress.Folder(Path path) ->
                        java.nio.file.Files.isRegularFile(path.resolve("oci-layout"));
                case ShelfAddress.Web _, ShelfAddress.Registry _ -> true;
            };
        } catch (IllegalArgumentException other) {
            return false;
        }
    }

    @Override
    public String toString() {
        return shelf.text()
                + "/"
                + app
                + tag.map(word -> ":" + word).orElse("")
                + digest.map(value -> "@" + value).orElse("");
    }
}
