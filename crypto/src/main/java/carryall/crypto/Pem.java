package carryall.crypto;

import java.util.Base64;

/// One thing in a PEM text (RFC 7468); the JDK's own is not final yet.
final class Pem {
    private static final int LINE = 64;

    private Pem() {}

    static String write(String base64, String label) {
        StringBuilder text = new StringBuilder("-----BEGIN " + label + "-----\n");
        for (int at = 0; at < base64.length(); at += LINE) {
            text.append(base64, at, Math.min(at + LINE, base64.length())).append('\n');
        }
        return text.append("-----END " + label + "-----\n").toString();
    }

    /// @return Base64 without line ends
    /// @throws IllegalArgumentException if the text is anything else than one thing of that label
    static String read(String pem, String label) {
        String text = pem.strip();
        String begin = "-----BEGIN " + label + "-----";
        String end = "-----END " + label + "-----";
        if (!text.startsWith(begin) || !text.endsWith(end)) {
            throw new IllegalArgumentException(
                    "no PEM text of a " + label.toLowerCase(java.util.Locale.ROOT));
        }
        String base64 =
                text.substring(begin.length(), text.length() - end.length()).replaceAll("\\s", "");
        Base64.getDecoder().decode(base64);
        return base64;
    }
}
