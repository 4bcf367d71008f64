package carryall.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/// A public key: ECDSA on P-256 with SHA-256 (FIPS 186-5), the kind that cosign uses.
///
/// @param base64 its SubjectPublicKeyInfo (RFC 5280, 4.1), DER, in Base64 without line ends
public record VerifyingKey(String base64) {
    private static final String LABEL = "PUBLIC KEY";
    private static final int FIELD_BITS = 256;

    public VerifyingKey {
        key(base64);
    }

    /// Reads a PEM text (RFC 7468).
    ///
    /// @throws IllegalArgumentException if it holds no such key
    public static VerifyingKey ofPem(String pem) {
        return new VerifyingKey(Pem.read(pem, LABEL));
    }

    private static PublicKey key(String base64) {
        try {
            byte[] der = Base64.getDecoder().decode(base64);
            PublicKey key =
                    KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
            // Not two texts for one key.
            if (!(key instanceof ECPublicKey curve)
                    || curve.getParams().getCurve().getField().getFieldSize() != FIELD_BITS
                    || !Base64.getEncoder().encodeToString(key.getEncoded()).equals(base64)) {
                throw new IllegalArgumentException("not a public key of ECDSA on P-256");
            }
            return key;
        } catch (GeneralSecurityException wrong) {
            throw new IllegalArgumentException("not a public key of ECDSA on P-256", wrong);
        }
    }

    /// The PEM text.
    public String pem() {
        return Pem.write(base64, LABEL);
    }

    /// What names it: the digest of its DER form.
    public Digest id() {
        return Digest.of(Base64.getDecoder().decode(base64));
    }

    /// The start of [#id] in groups of four, for people to compare.
    public String fingerprint() {
        return id().hex().substring(0, 32).replaceAll("(....)(?!$)", "$1 ");
    }

    /// Whether a signature is of these bytes and by this key.
    ///
    /// @param signature DER, of any length and content
    public boolean verifies(byte[] message, byte[] signature) {
        try {
            Signature verifying = Signature.getInstance("SHA256withECDSA");
            verifying.initVerify(key(base64));
            verifying.update(message);
            return verifying.verify(signature);
        } catch (GeneralSecurityException malformed) {
            return false;
        }
    }
}
