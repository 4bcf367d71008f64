package carryall.folder;

import java.nio.charset.StandardCharsets;

/// The name of a file in a directory: 1 to 255 bytes, none of them a slash or zero, and not `.` or
/// `..`.
///
/// @param text the bytes, one a character (ISO 8859-1): a name on Linux has no other encoding. So
///   are all paths here
record Name(String text) {
    private static final int MOST_BYTES = 255;

    Name {
        if (!isName(text)) {
            throw new IllegalArgumentException("not a name: " + text);
        }
    }

    /// What a client sent.
    static Name of(String text) throws Refused {
        if (text.length() > MOST_BYTES) {
            throw new Refused(Status.NAMETOOLONG);
        }
        if (!isName(text)) {
            throw new Refused(Status.INVAL);
        }
        return new Name(text);
    }

    static boolean isName(String text) {
        return !text.isEmpty()
                && text.length() <= MOST_BYTES
                && text.indexOf('/') < 0
                && text.indexOf('\0') < 0
                && !text.equals(".")
                && !text.equals("..");
    }

    byte[] bytes() {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
