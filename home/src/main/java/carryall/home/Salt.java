package carryall.home;

import java.util.HexFormat;

/// What makes the key of one sealed object different from all others: 32 bytes by chance. No
/// secret.
///
/// @param hex 64 hexadecimal digits in lower case
record Salt(String hex) {
    Salt {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("a salt of " + hex.length() + " characters");
        }
    }

    static Salt of(byte[] bytes) {
        return new Salt(HexFormat.of().formatHex(bytes));
    }

    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }
}
