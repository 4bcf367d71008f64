package carryall.crypto;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;

/// A public key: ECDSA on P-256 with SHA-256 (FIPS 186-5), the kind that cosign uses.
///
/// @param base64 its SubjectPublicKeyInfo (RFC 5280, 4.1), DER, in Base64 without line ends
public record VerifyingKey(String base64) {
    private static final String LABEL = "PUBLIC KEY";

    /// All of the DER form but the point's two coordinates: both algorithm identifiers and that the
    /// point is not compressed (RFC 5480, 2.1.1 and 2.2). So there is one text for each key.
    private static final String BEGIN = "3059301306072a8648ce3d020106082a8648ce3d03010703420004";

    private static final int DER_BYTES = 91;

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
            if (der.length != DER_BYTES
                    || !HexFormat.of().formatHex(der).startsWith(BEGIN)
                    || !Base64.getEncoder().encodeToString(der).equals(base64)) {
                throw new IllegalArgumentException("not a public key of ECDSA on P-256");
            }
            return KeyFactory.getInstance("EC").generatePublic(new X509EncodedKeySpec(der));
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
