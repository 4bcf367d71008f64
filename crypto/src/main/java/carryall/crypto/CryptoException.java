package carryall.crypto;

import java.io.IOException;
import java.nio.file.Path;

/// What can be wrong with keys.
public abstract sealed class CryptoException extends IOException {
    CryptoException(String message) {
        super(message);
    }

    /// A private key could have been read by others.
    public static final class KeyOpen extends CryptoException {
        private final Path file;

        public KeyOpen(Path file) {
            super(file + " can be read by others than its owner");
            this.file = file;
        }

        /// The file.
        public Path file() {
            return file;
        }
    }

    /// There is no file where a key should be.
    public static final class KeyMissing extends CryptoException {
        public KeyMissing(Path file) {
            super("there is no key in " + file);
        }
    }

    /// A file holds no key.
    public static final class KeyDamaged extends CryptoException {
        public KeyDamaged(Path file) {
            super(file + " is no private key of ECDSA on P-256 with its public one");
        }
    }
}
