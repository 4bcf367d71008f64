package carryall.home;

import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;

/// From which every key of a home is derived. Never shown.
final class MasterKey {
    static final int BYTES = 32;

    private final byte[] bytes;

    /// @param bytes 32; not kept
    MasterKey(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a master key of " + bytes.length + " bytes");
        }
        this.bytes = bytes.clone();
    }

    static MasterKey random(SecureRandom random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new MasterKey(bytes);
    }

    /// To be wrapped; the caller wipes it.
    byte[] bytes() {
        return bytes.clone();
    }

    /// The key of one object, by HKDF with SHA-256 (RFC 5869).
    SecretKey derive(byte[] salt, byte[] info) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveKey(
                            "AES",
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(bytes)
                                    .addSalt(salt)
                                    .thenExpand(info, 32));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK from 25 on has HKDF", impossible);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MasterKey key && Arrays.equals(bytes, key.bytes);
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "a master key";
    }
}
