package carryall.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KeyTest {
    private static final byte[] MESSAGE = "a release".getBytes(StandardCharsets.UTF_8);

    private static final SigningKey KEY = SigningKey.create();

    @TempDir private Path temp;

    @Test
    void aSignatureIsOfItsBytesAndByItsKeyAlone() {
        byte[] signature = KEY.sign(MESSAGE);
        assertThat(KEY.verifyingKey().verifies(MESSAGE, signature)).isTrue();
        assertThat(KEY.verifyingKey().verifies(new byte[] {1}, signature)).isFalse();
        assertThat(SigningKey.create().verifyingKey().verifies(MESSAGE, signature)).isFalse();
    }

    @Test
    void noMutantOfASignatureIsOne() {
        SplittableRandom random = new SplittableRandom(1);
        for (int i = 0; i < 1_000; i++) {
            byte[] signature = KEY.sign(MESSAGE);
            signature[random.nextInt(signature.length)] ^= (byte) (1 << random.nextInt(8));
            assertThat(KEY.verifyingKey().verifies(MESSAGE, signature)).isFalse();
        }
    }

    /// Both numbers zero: once taken for a signature of anything (CVE-2022-21449). Then one, empty,
    /// and no DER.
    @ParameterizedTest
    @ValueSource(strings = {"3006020100020100", "3006020101020101", "", "00", "30"})
    void whatIsNoSignatureIsNone(String hex) {
        assertThat(KEY.verifyingKey().verifies(MESSAGE, HexFormat.of().parseHex(hex))).isFalse();
    }

    @Test
    void openSslTakesTheKeyAndTheSignature() throws IOException, InterruptedException {
        Files.writeString(temp.resolve("key.pub"), KEY.verifyingKey().pem());
        Files.write(temp.resolve("message"), MESSAGE);
        Files.write(temp.resolve("signature"), KEY.sign(MESSAGE));
        assertThat(
                        run(
                                "openssl dgst -sha256 -verify key.pub -signature signature message"
                                        .split(" ")))
                .isEqualTo("Verified OK\n");
        KEY.write(temp.resolve("key"));
        assertThat(run("openssl pkey -in key -pubout".split(" ")))
                .isEqualTo(KEY.verifyingKey().pem());
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(command)
                        .directory(temp.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(temp.resolve("printed").toFile())
                        .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(temp.resolve("printed"));
    }

    @Test
    void aKeyIsReadAsItWasWritten() throws IOException {
        Path file = temp.resolve("key");
        KEY.write(file);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        SigningKey read = SigningKey.read(file);
        assertThat(read.verifyingKey()).isEqualTo(KEY.verifyingKey());
        assertThat(KEY.verifyingKey().verifies(MESSAGE, read.sign(MESSAGE))).isTrue();
        assertThatThrownBy(() -> SigningKey.create().write(file))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(SigningKey.read(file).verifyingKey()).isEqualTo(KEY.verifyingKey());
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-----w-"})
    void aKeyThatOthersCanReachIsRefused(String permissions) throws IOException {
        Path file = temp.resolve("key");
        KEY.write(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOf(CryptoException.KeyOpen.class)
                .hasMessageContaining("key");
    }

    @Test
    void aKeyBesideAnothersPublicKeyIsRefused() throws IOException {
        Path file = temp.resolve("key");
        KEY.write(file);
        String text = Files.readString(file);
        String other = SigningKey.create().verifyingKey().pem();
        for (String wrong :
                new String[] {
                    text.replace(KEY.verifyingKey().pem(), other),
                    text.replace(KEY.verifyingKey().pem(), ""),
                    text.substring(0, 100),
                    text.replace("PRIVATE", "PÄRIVATE"),
                    "",
                    "x".repeat(1 << 15)
                }) {
            Files.writeString(file, wrong);
            assertThatThrownBy(() -> SigningKey.read(file))
                    .isInstanceOf(CryptoException.KeyDamaged.class);
        }
    }

    @Test
    void aPrivateKeyShowsItselfNowhere() throws IOException {
        Path file = temp.resolve("key");
        KEY.write(file);
        String secret = Files.readAllLines(file).get(1);
        assertThat(KEY.toString()).doesNotContain(secret).contains(KEY.verifyingKey().id().text());
        Files.writeString(file, secret);
        assertThatThrownBy(() -> SigningKey.read(file))
                .isInstanceOf(CryptoException.KeyDamaged.class)
                .hasMessageNotContaining(secret);
    }

    @Test
    void aPublicKeyIsNamedByItsBytes() {
        VerifyingKey key = KEY.verifyingKey();
        assertThat(VerifyingKey.ofPem(key.pem())).isEqualTo(key);
        assertThat(key.id()).isEqualTo(Digest.of(Base64.getDecoder().decode(key.base64())));
        assertThat(key.fingerprint()).matches("([0-9a-f]{4} ){7}[0-9a-f]{4}");
        assertThat(key.id().hex()).startsWith(key.fingerprint().replace(" ", ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"secp384r1", "secp521r1"})
    void aKeyOnAnotherCurveIsRefused(String curve) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(curve));
        byte[] der = generator.generateKeyPair().getPublic().getEncoded();
        assertThatThrownBy(() -> new VerifyingKey(Base64.getEncoder().encodeToString(der)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("P-256");
    }

    @Test
    void aKeyHasOneText() {
        String text = KEY.verifyingKey().base64();
        byte[] der = Base64.getDecoder().decode(text);
        byte[] longer = java.util.Arrays.copyOf(der, der.length + 1);
        for (String other :
                new String[] {
                    Base64.getEncoder().encodeToString(longer),
                    Base64.getEncoder().withoutPadding().encodeToString(der),
                    text + "\n",
                    ""
                }) {
            assertThatThrownBy(() -> new VerifyingKey(other))
                    .isInstanceOf(IllegalArgumentException.class);
        }
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
}
