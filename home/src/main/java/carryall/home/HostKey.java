package carryall.home;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;

/// What a host has to open the home without asking: 32 bytes by chance, in a file of its own. Never
/// shown.
final class HostKey extends Secret {
    private static final String FORM = "host";

    private final byte[] bytes;

    private HostKey(byte[] bytes) {
        this.bytes = bytes;
    }

    static HostKey random(SecureRandom random) {
        byte[] bytes = new byte[MasterKey.BYTES];
        random.nextBytes(bytes);
        return new HostKey(bytes);
    }

    /// Reads what [#text] wrote.
    static HostKey parse(String text) {
        byte[] bytes = Base64.getDecoder().decode(text.strip());
        if (bytes.length != MasterKey.BYTES) {
            throw new IllegalArgumentException("a host's key of " + bytes.length + " bytes");
        }
        return new HostKey(bytes);
    }

    /// For the host's own file.
    String text() {
        return Base64.getEncoder().encodeToString(bytes) + "\n";
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
        return other instanceof HostKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "a host's key";
    }
}
