package carryall.crypto;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Set;

/// A private key with its public one: ECDSA on P-256. It shows itself nowhere.
public final class SigningKey {
    private static final String PRIVATE = "PRIVATE KEY";
    private static final int LARGEST_FILE = 16 << 10;
    private static final Set<PosixFilePermission> OF_OTHERS =
            PosixFilePermissions.fromString("---rwxrwx");

    private final PrivateKey key;
    private final VerifyingKey verifyingKey;

    private SigningKey(PrivateKey key, VerifyingKey verifyingKey) {
        this.key = key;
        this.verifyingKey = verifyingKey;
    }

    /// A new one.
    public static SigningKey create() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            KeyPair pair = generator.generateKeyPair();
            String base64 = Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
            return new SigningKey(pair.getPrivate(), new VerifyingKey(base64));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has ECDSA on P-256", impossible);
        }
    }

    /// Reads the file that [#write] made: PKCS #8 and the public key, both PEM.
    ///
    /// @throws CryptoException.KeyMissing if it is not there
    /// @throws CryptoException.KeyOpen if others than its owner may read it
    /// @throws CryptoException.KeyDamaged if it is no such file
    public static SigningKey read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CryptoException.KeyMissing(file);
        }
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
            if (OF_OTHERS.contains(permission)) {
                throw new CryptoException.KeyOpen(file);
            }
        }
        if (Files.size(file) > LARGEST_FILE) {
            throw new CryptoException.KeyDamaged(file);
        }
        String text = new String(Files.readAllBytes(file), StandardCharsets.US_ASCII);
        int second = text.indexOf("-----BEGIN PUBLIC KEY-----");
        try {
            if (second < 0) {
                throw new IllegalArgumentException("no public key beside the private one");
            }
            byte[] der = Base64.getDecoder().decode(Pem.read(text.substring(0, second), PRIVATE));
            PrivateKey key =
                    KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
            SigningKey read = new SigningKey(key, VerifyingKey.ofPem(text.substring(second)));
            byte[] probe = {1};
            if (!read.verifyingKey.verifies(probe, read.sign(probe))) {
                throw new IllegalArgumentException("two keys that do not belong together");
            }
            return read;
        } catch (IllegalArgumentException | GeneralSecurityException wrong) {
            throw new CryptoException.KeyDamaged(file);
        }
    }

    /// Writes a new file that only its owner can read, and flushes it: what it signs may be out of
    /// the house soon.
    ///
    /// @throws java.nio.file.FileAlreadyExistsException if there is one; it is left as it is
    public void write(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")))) {
            String text =
                    Pem.write(Base64.getEncoder().encodeToString(key.getEncoded()), PRIVATE)
                            + verifyingKey.pem();
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /// The public key.
    public VerifyingKey verifyingKey() {
        return verifyingKey;
    }

    /// A signature, DER (RFC 3279, 2.2.3).
    public byte[] sign(byte[] message) {
        try {
            Signature signing = Signature.getInstance("SHA256withECDSA");
            signing.initSign(key);
            signing.update(message);
            return signing.sign();
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("a key that was checked does not sign", impossible);
        }
    }

    @Override
    public String toString() {
        return "signing key " + verifyingKey.id();
    }
}
