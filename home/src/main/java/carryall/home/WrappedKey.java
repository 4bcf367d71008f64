package carryall.home;

import carryall.json.JsonText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// The master key as one secret wraps it: three lines of text, in the form of
/// `docs/formats/home.md`. The first line goes into the key that wraps, so that nothing in it can
/// be changed; the second tells a wrong secret from a right one, and no second secret makes it.
///
/// @param header the first line: JSON
/// @param check the second: Base64 of 32 bytes
/// @param wrapped the third: Base64 of 32 bytes and their tag
record WrappedKey(String header, String check, String wrapped) {
    static final int LARGEST = 4096;

    private static final long FORMAT = 1;
    private static final String INFO = "carryall home key 1\n";
    private static final int CHECK = 32;

    /// What the first line says.
    ///
    /// @param form of which secret
    /// @param host whose it is, if it is a host's
    record Header(StoreId home, String form, Optional<HostId> host, Secret.Stretching stretching) {
        String text() {
            Map<String, Object> text = new LinkedHashMap<>();
            text.put("format", FORMAT);
            text.put("home", home.toString());
            text.put("form", form);
            host.ifPresent(id -> text.put("host", id.toString()));
            text.put("salt", stretching.salt());
            if (stretching.memoryKib() > 0) {
                text.put("memoryKib", stretching.memoryKib());
                text.put("passes", stretching.passes());
            }
            return JsonText.write(text);
        }

        static Header parse(String line) {
            JsonText text = JsonText.parse(line);
            if (text.number("format") != FORMAT) {
                throw new IllegalArgumentException("format is not " + FORMAT);
            }
            Header header =
                    new Header(
                            new StoreId(UUID.fromString(text.text("home"))),
                            text.text("form"),
                            text.optionalText("host").map(id -> new HostId(UUID.fromString(id))),
                            new Secret.Stretching(
                                    text.text("salt"),
                                    Math.toIntExact(text.optionalNumber("memoryKib").orElse(0L)),
                                    Math.toIntExact(text.optionalNumber("passes").orElse(0L))));
            text.end();
            return header;
        }
    }

    static WrappedKey wrap(
            MasterKey master,
            StoreId home,
            Secret secret,
            Optional<HostId> host,
            SecureRandom random) {
        String header = new Header(home, secret.form(), host, secret.stretching(random)).text();
        byte[] keys = keys(header, secret);
        byte[] plain = master.bytes();
        try {
            Base64.Encoder base64 = Base64.getEncoder();
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, keys).doFinal(plain);
            byte[] check = Arrays.copyOfRange(keys, MasterKey.BYTES, MasterKey.BYTES + CHECK);
            return new WrappedKey(
                    header, base64.encodeToString(check), base64.encodeToString(sealed));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has AES-GCM", impossible);
        } finally {
            Arrays.fill(plain, (byte) 0);
            Arrays.fill(keys, (byte) 0);
        }
    }

    /// 32 bytes that wrap, and 32 that are shown.
    private static byte[] keys(String header, Secret secret) {
        Secret.Stretching how = Header.parse(header).stretching();
        byte[] stretched = secret.stretched(how);
        byte[] info = (INFO + header).getBytes(StandardCharsets.UTF_8);
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(
                            HKDFParameterSpec.ofExtract()
                                    .addIKM(stretched)
                                    .addSalt(how.saltBytes())
                                    .thenExpand(info, MasterKey.BYTES + CHECK));
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK from 25 on has HKDF", impossible);
        } finally {
            Arrays.fill(stretched, (byte) 0);
        }
    }

    /// The key is of this wrapping alone, so the nonce need not differ.
    private static Cipher cipher(int mode, byte[] keys) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                mode,
                new SecretKeySpec(keys, 0, MasterKey.BYTES, "AES"),
                new GCMParameterSpec(128, new byte[12]));
        return cipher;
    }

    /// The master key.
    ///
    /// @return empty if it is another secret that wrapped it
    /// @throws IllegalArgumentException if the secret is right and the rest is damaged, or the
    ///   secret may not be stretched that way
    Optional<MasterKey> unwrap(Secret secret) {
        byte[] keys = keys(header, secret);
        try {
            ByteBuffer check = ByteBuffer.wrap(keys, MasterKey.BYTES, CHECK);
            byte[] made = new byte[CHECK];
            check.get(made);
            if (!MessageDigest.isEqual(made, Base64.getDecoder().decode(this.check))) {
                return Optional.empty();
            }
            byte[] plain =
                    cipher(Cipher.DECRYPT_MODE, keys).doFinal(Base64.getDecoder().decode(wrapped));
            try {
                return Optional.of(new MasterKey(plain));
            } finally {
                Arrays.fill(plain, (byte) 0);
            }
        } catch (GeneralSecurityException altered) {
            throw new IllegalArgumentException("its third line is not what was written", altered);
        } finally {
            Arrays.fill(keys, (byte) 0);
        }
    }

    byte[] bytes() {
        return (header + "\n" + check + "\n" + wrapped + "\n").getBytes(StandardCharsets.UTF_8);
    }

    /// @throws IllegalArgumentException if it is no wrapped key
    static WrappedKey parse(byte[] bytes) {
        if (bytes.length > LARGEST) {
            throw new IllegalArgumentException("a wrapped key of " + bytes.length + " bytes");
        }
        String[] lines = new String(bytes, StandardCharsets.UTF_8).split("\n", -1);
        if (lines.length != 4 || !lines[3].isEmpty()) {
            throw new IllegalArgumentException("it is not three lines");
        }
        Header.parse(lines[0]);
        return new WrappedKey(lines[0], lines[1], lines[2]);
    }

    Header said() {
        return Header.parse(header);
    }
}
