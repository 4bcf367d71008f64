package carryall.home;

import java.security.SecureRandom;
import java.util.Base64;

/// Something that opens a home: each wraps the master key in a way of its own.
public abstract sealed class Secret permits Passphrase, RecoveryKey, HostKey {
    Secret() {}

    /// As it stands in wrapped keys, and in messages: `passphrase`.
    abstract String form();

    /// How a key is to be made of it, for a new wrapping.
    abstract Stretching stretching(SecureRandom random);

    /// The key that it makes.
    ///
    /// @return the caller wipes them
    /// @throws IllegalArgumentException if that is not how it may be done
    abstract byte[] stretched(Stretching how);

    /// How a key is made of a secret. What an attacker wrote there is refused, not tried.
    ///
    /// @param salt 16 bytes in Base64
    /// @param memoryKib of Argon2id; 0 if the secret needs none, being long and by chance
    /// @param passes of Argon2id; 0 likewise
    record Stretching(String salt, int memoryKib, int passes) {
        private static final int SALT = 16;

        Stretching {
            if (Base64.getDecoder().decode(salt).length != SALT) {
                throw new IllegalArgumentException("a salt that has not " + SALT + " bytes");
            }
        }

        static Stretching fresh(SecureRandom random, int memoryKib, int passes) {
            byte[] salt = new byte[SALT];
            random.nextBytes(salt);
            return new Stretching(Base64.getEncoder().encodeToString(salt), memoryKib, passes);
        }

        byte[] saltBytes() {
            return Base64.getDecoder().decode(salt);
        }
    }
}
