package carryall.machine;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A name in a guest's file system: whatever bytes it is, also such as are no text. One that could
/// lead elsewhere (`.`, `..`, with a slash) is none.
///
/// @param bytes 1 to 255, one character a byte
public record GuestName(String bytes) {
    private static final int LONGEST = 255;

    public GuestName {
        if (!isName(bytes)) {
            throw new IllegalArgumentException("no name of a file");
        }
    }

    static boolean isName(String bytes) {
        return !bytes.isEmpty()
                && bytes.length() <= LONGEST
                && !bytes.equals(".")
                && !bytes.equals("..")
                && bytes.chars().allMatch(c -> c != '/' && c > 0 && c < 256);
    }

    /// Text as a person types it, in UTF-8.
    static GuestName typed(String text) {
        return new GuestName(bytes(text));
    }

    static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// The last name of a host's path. A path tells its bytes as a URI only.
    static GuestName of(Path path) {
        String raw = path.toAbsolutePath().normalize().toUri().getRawPath();
        String trimmed = raw.endsWith("/") ? raw.substring(0, raw.length() - 1) : raw;
        return new GuestName(decoded(trimmed.substring(trimmed.lastIndexOf('/') + 1)));
    }

    /// The bytes of what a link of the host leads to.
    static String target(Path target) {
        String whole = decoded(Path.of("/").resolve(target).toUri().getRawPath());
        // A slash is put behind what is a folder here.
        String plain =
                whole.length() > 1 && whole.endsWith("/")
                        ? whole.substring(0, whole.length() - 1)
                        : whole;
        return target.isAbsolute() ? plain : plain.substring(1);
    }

    private static String decoded(String raw) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                bytes.write(Integer.parseInt(raw, i + 1, i + 3, 16));
                i += 2;
            } else {
                bytes.write(c);
            }
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    /// This name in a folder of the host, to the byte.
    Path in(Path folder) {
        return path(folder, bytes);
    }

    /// A path of the host from bytes, relative to a folder.
    static Path path(Path folder, String bytes) {
        StringBuilder uri = new StringBuilder(folder.toAbsolutePath().toUri().toString());
        if (uri.charAt(uri.length() - 1) != '/') {
            uri.append('/');
        }
        bytes.chars()
                .forEach(c -> {
                    if (c == '/') {
                        uri.append('/');
                    } else {
                        uri.append("%%%02x".formatted(c));
                    }
                });
        return Path.of(URI.create(uri.toString()));
    }

    /// As text; what is no UTF-8 is shown as `�`.
    public String text() {
        return text(bytes);
    }

    static String text(String bytes) {
        return new String(bytes.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }
}
