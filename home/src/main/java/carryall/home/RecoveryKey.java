package carryall.home;

import carryall.crypto.Digest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Locale;

/// What is printed on paper when a home is made: 160 bits by chance, as nine groups of four
/// characters, the last of which is a checksum. Letters that are mistaken for digits do not occur,
/// and are taken for those digits.
public final class RecoveryKey extends Secret {
    private static final String FORM = "recovery";
    private static final String ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int BYTES = 20;
    private static final int CHARACTERS = BYTES * 8 / 5;
    private static final int CHECK = 4;
    private static final int GROUP = 4;

    private final byte[] bytes;

    private RecoveryKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static RecoveryKey random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new RecoveryKey(bytes);
    }

    /// Reads a key as somebody typed it from the sheet, in any case, with or without blanks and
    /// dashes.
    ///
    /// @throws HomeException.RecoveryKeyMistyped if it has a mistake; the message does not repeat
    ///   it
    public static RecoveryKey parse(String typed) throws HomeException.RecoveryKeyMistyped {
        String text =
                typed.toUpperCase(Locale.ROOT)
                        .replaceAll("[\\s-]", "")
                        .replace('O', '0')
                        .replace('I', '1')
                        .replace('L', '1');
        if (text.length() != CHARACTERS + CHECK) {
            throw new HomeException.RecoveryKeyMistyped(
                    text.length() + " characters, not " + (CHARACTERS + CHECK));
        }
        for (int i = 0; i < text.length(); i++) {
            if (ALPHABET.indexOf(text.charAt(i)) < 0) {
                throw new HomeException.RecoveryKeyMistyped(
                        "character " + (i + 1) + " is none of the sheet's");
            }
        }
        byte[] bytes = new byte[BYTES];
        for (int bit = 0; bit < BYTES * 8; bit++) {
            int value = ALPHABET.indexOf(text.charAt(bit / 5));
            if ((value >> (4 - bit % 5) & 1) == 1) {
                bytes[bit / 8] |= (byte) (0x80 >> bit % 8);
            }
        }
        if (!check(bytes).equals(text.substring(CHARACTERS))) {
            throw new HomeException.RecoveryKeyMistyped("a character is another than on the sheet");
        }
        return new RecoveryKey(bytes);
    }

    /// As it is printed: `XXXX-XXXX-…`. Whoever reads it can open the home.
    public String text() {
        String all = letters(bytes, CHARACTERS) + check(bytes);
        StringBuilder grouped = new StringBuilder();
        for (int at = 0; at < all.length(); at += GROUP) {
            grouped.append(at == 0 ? "" : "-").append(all, at, at + GROUP);
        }
        return grouped.toString();
    }

    private static String letters(byte[] bytes, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            int value = 0;
            for (int bit = i * 5; bit < i * 5 + 5; bit++) {
                value = value << 1 | (bytes[bit / 8] >> (7 - bit % 8) & 1);
            }
            text.append(ALPHABET.charAt(value));
        }
        return text.toString();
    }

    /// The first 20 bits of the SHA-256.
    private static String check(byte[] bytes) {
        String hex = Digest.of(bytes).hex();
        return letters(HexFormat.of().parseHex(hex), CHECK);
    }

    @Override
    String form() {
        return FORM;
    }

    @Override
    Stretching stretching(SecureRandom random) {
        return Stretching.fresh(random, 0, 0);
    }

    @Override
    byte[] stretched(Stretching how) {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RecoveryKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "a recovery key";
    }
}
