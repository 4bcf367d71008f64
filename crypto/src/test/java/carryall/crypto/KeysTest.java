package carryall.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class KeysTest {
    private static final byte[] MESSAGE = "what is signed".getBytes(StandardCharsets.UTF_8);

    @TempDir private Path temp;

    @Test
    void aKeyIsReadAsItWasWrittenAndByItsOwnerOnly() throws Exception {
        SigningKey key = SigningKey.create();
        Path file = temp.resolve("a.key");
        key.write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SigningKey read = SigningKey.read(file);
        assertThat(read.verifyingKey()).isEqualTo(key.verifyingKey());
        assertThat(key.verifyingKey().verifies(MESSAGE, read.sign(MESSAGE))).isTrue();
        assertThat(read.toString()).doesNotContain(Files.readString(file).substring(40, 80));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> SigningKey.read(file)).isInstanceOf(CryptoException.KeyOpen.class);
    }

    @Test
    void openSslAgreesToASignature() throws Exception {
        SigningKey key = SigningKey.create();
        Files.writeString(temp.resolve("key.pub"), key.verifyingKey().pem());
        Files.write(temp.resolve("message"), MESSAGE);
        Files.write(temp.resolve("signature"), key.sign(MESSAGE));
        Process openssl =
                new ProcessBuilder(
                                "openssl",
                                "dgst",
                                "-sha256",
                                "-verify",
                                "key.pub",
                                "-signature",
                                "signature",
                                "message")
                        .directory(temp.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(openssl.waitFor()).as(said).isZero();
    }

    @Test
    void aKeyOfOpenSslIsRead() throws Exception {
        Process openssl =
                new ProcessBuilder(
                                "sh",
                                "-c",
                                "openssl ecparam -name prime256v1 -genkey -noout | openssl ec -pubout")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String pem = new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        VerifyingKey key = VerifyingKey.ofPem(pem);
        assertThat(key.pem()).isEqualTo(pem);
        assertThat(key.fingerprint()).matches("([0-9a-f]{4} ){7}[0-9a-f]{4}");
        assertThat(key.id().hex()).startsWith(key.fingerprint().replace(" ", ""));
    }

    @Test
    void keysOfOtherKindsAndRubbishAreRefused() throws Exception {
        for (String command :
                List.of(
                        "openssl ecparam -name secp384r1 -genkey -noout | openssl ec -pubout",
                        "openssl genpkey -algorithm ed25519 | openssl pkey -pubout",
                        "openssl genrsa 2048 | openssl rsa -pubout",
                        "echo rubbish",
                        "openssl genpkey -algorithm ed25519")) {
            Process openssl =
                    new ProcessBuilder("sh", "-c", command)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            String pem =
                    new String(openssl.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            assertThat(pem).isNotEmpty();
            assertThatThrownBy(() -> VerifyingKey.ofPem(pem))
                    .as(command)
                    .isInstanceOf(IllegalArgumentException.class);
        }
        Path file = Files.writeString(temp.resolve("rubbish"), "rubbish");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOf(CryptoException.KeyDamaged.class);
    }

    @Test
    void anEnvelopeIsSignedByWhomItSays() {
        SigningKey one = SigningKey.create();
        SigningKey other = SigningKey.create();
        Envelope envelope = Envelope.of("{\"a\":\"ü\\n\"}", List.of(one));
        assertThat(Envelope.parse(envelope.text())).isEqualTo(envelope);
        assertThat(envelope.isSignedBy(one.verifyingKey())).isTrue();
        assertThat(envelope.isSignedBy(other.verifyingKey())).isFalse();
        Envelope claimed =
                new Envelope(
                        envelope.signed(),
                        List.of(
                                new Envelope.OfKey(
                                        other.verifyingKey().id(),
                                        envelope.signatures().getFirst().signature())));
        assertThat(claimed.isSignedBy(other.verifyingKey())).isFalse();
        assertThat(claimed.isSignedBy(one.verifyingKey())).isFalse();
        Envelope altered = new Envelope(envelope.signed() + " ", envelope.signatures());
        assertThat(altered.isSignedBy(one.verifyingKey())).isFalse();
    }

    @Test
    void endlessSignaturesAreRefused() {
        Envelope envelope = Envelope.of("x", List.of(SigningKey.create()));
        Envelope.OfKey one = envelope.signatures().getFirst();
        assertThatThrownBy(() -> new Envelope("x", java.util.Collections.nCopies(17, one)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Envelope.parse(" ".repeat(Envelope.LARGEST + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
