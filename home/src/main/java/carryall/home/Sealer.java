package carryall.home;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/// Seals objects of one home and opens them, in the form of `docs/formats/home.md`:
///
/// - a header of 48 bytes: `carryhom`, a version, the kind, zeros, a salt of 32 bytes by chance;
/// - the plain bytes in segments of 64 KiB, each AES-256-GCM with its tag behind it.
///
/// Each object has a key of its own, derived from the master key, the salt, the header and the
/// home's id. So a nonce need only differ within the object: it is the segment's number and whether
/// it is the last, which is why segments can neither be swapped nor left out, nor the object cut.
/// Each can be opened alone. Safe for many threads.
final class Sealer {
    static final int HEADER = 48;
    static final int SEGMENT = 1 << 16;
    static final int TAG = 16;
    static final int SEALED_SEGMENT = SEGMENT + TAG;

    private static final byte[] MAGIC = "carryhom".getBytes(StandardCharsets.US_ASCII);
    private static final byte VERSION = 1;
    private static final int PREFIX = 16;
    private static final int SALT = 32;
    private static final int NONCE = 12;

    private final MasterKey master;
    private final StoreId store;
    private final SecureRandom random;

    Sealer(MasterKey master, StoreId store, SecureRandom random) {
        this.master = master;
        this.store = store;
        this.random = random;
    }

    /// How long so many plain bytes are when they are sealed.
    static long sealedSize(long plain) {
        return HEADER + plain + Math.ceilDiv(plain, SEGMENT) * TAG;
    }

    private static byte[] prefix(ObjectKind kind) {
        byte[] prefix = Arrays.copyOf(MAGIC, PREFIX);
        prefix[8] = VERSION;
        prefix[9] = kind.number();
        return prefix;
    }

    private SecretKey key(ObjectKind kind, byte[] salt) {
        byte[] info = ByteBuffer.allocate(PREFIX + 16).put(prefix(kind)).put(store.bytes()).array();
        return master.derive(salt, info);
    }

    private static byte[] nonce(long segment, boolean last) {
        return ByteBuffer.allocate(NONCE).putInt(0).putLong(segment << 8 | (last ? 1 : 0)).array();
    }

    /// Seals what is written.
    ///
    /// @param to gets the sealed bytes; stays open
    /// @return to be closed when all is written: at least a byte
    OutputStream sealing(ObjectKind kind, OutputStream to) throws IOException {
        byte[] salt = new byte[SALT];
        random.nextBytes(salt);
        to.write(prefix(kind));
        to.write(salt);
        return new Sealing(key(kind, salt), to);
    }

    /// The sealed form of some bytes.
    byte[] seal(ObjectKind kind, byte[] plain) {
        ByteArrayOutputStream sealed =
                new ByteArrayOutputStream(Math.toIntExact(sealedSize(plain.length)));
        try (OutputStream sealing = sealing(kind, sealed)) {
            sealing.write(plain);
        } catch (IOException impossible) {
            throw new IllegalStateException("nothing is written to but memory", impossible);
        }
        return sealed.toByteArray();
    }

    /// One thread; holds a segment back until it is known whether it is the last.
    private static final class Sealing extends OutputStream {
        private final Cipher cipher = aes();
        private final SecretKey key;
        private final OutputStream to;
        private final byte[] held = new byte[SEGMENT];
        private final byte[] sealed = new byte[SEALED_SEGMENT];
        private int count;
        private long segment;
        private boolean closed;

        Sealing(SecretKey key, OutputStream to) {
            this.key = key;
            this.to = to;
        }

        @Override
        public void write(int single) throws IOException {
            write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int done = 0;
            while (done < length) {
                if (count == SEGMENT) {
                    flush(false);
                }
                int more = Math.min(SEGMENT - count, length - done);
                System.arraycopy(bytes, offset + done, held, count, more);
                count += more;
                done += more;
            }
        }

        private void flush(boolean last) throws IOException {
            try {
                cipher.init(
                        Cipher.ENCRYPT_MODE,
                        key,
                        new GCMParameterSpec(TAG * 8, nonce(segment, last)));
                int length = cipher.doFinal(held, 0, count, sealed);
                to.write(sealed, 0, length);
            } catch (GeneralSecurityException impossible) {
                throw new IllegalStateException("no nonce comes twice", impossible);
            }
            segment++;
            count = 0;
        }

        @Override
        public void close() throws IOException {
            if (closed) {
                return;
            }
            closed = true;
            if (segment == 0 && count == 0) {
                throw new IllegalStateException("an object without content");
            }
            flush(true);
            Arrays.fill(held, (byte) 0);
        }
    }

    private static Cipher aes() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException impossible) {
            throw new IllegalStateException("every JDK has AES-GCM", impossible);
        }
    }

    /// The salt of a sealed object, for [#segments].
    ///
    /// @param start its first [#HEADER] bytes
    /// @throws NotSealed if it is no sealed object of that kind
    static Salt salt(ObjectKind kind, byte[] start) throws NotSealed {
        if (start.length < HEADER || !Arrays.equals(start, 0, 8, MAGIC, 0, 8)) {
            throw new NotSealed("it is no sealed object");
        }
        if (start[8] != VERSION) {
            throw new NotSealed("it is of format " + start[8] + ", this Carryall knows " + VERSION);
        }
        if (!Arrays.equals(start, 0, PREFIX, prefix(kind), 0, PREFIX)) {
            throw new NotSealed("it is no " + kind.word());
        }
        return Salt.of(Arrays.copyOfRange(start, PREFIX, HEADER));
    }

    /// All plain bytes of an object.
    ///
    /// @throws NotSealed if a byte is not what was sealed, or it was sealed for another home
    byte[] open(ObjectKind kind, byte[] sealed) throws NotSealed {
        Salt salt = salt(kind, sealed);
        int body = sealed.length - HEADER;
        int segments = Math.ceilDiv(body, SEALED_SEGMENT);
        int plain = body - segments * TAG;
        if (plain < 1) {
            throw new NotSealed("it was cut");
        }
        byte[] rest = Arrays.copyOfRange(sealed, HEADER, sealed.length);
        return segments(kind, salt, plain, 0, rest);
    }

    /// The plain bytes of segments that follow each other.
    ///
    /// @param plainSize of the whole object
    /// @param first the number of the first
    /// @param sealed whole segments with their tags, in their order
    /// @throws NotSealed if a byte is not what was sealed there
    byte[] segments(ObjectKind kind, Salt salt, long plainSize, long first, byte[] sealed)
            throws NotSealed {
        SecretKey key = key(kind, salt.bytes());
        Cipher cipher = aes();
        long last = Math.ceilDiv(plainSize, SEGMENT) - 1;
        int count = Math.ceilDiv(sealed.length, SEALED_SEGMENT);
        byte[] plain = new byte[Math.max(0, sealed.length - count * TAG)];
        int done = 0;
        for (int i = 0; i < count; i++) {
            int from = i * SEALED_SEGMENT;
            int length = Math.min(SEALED_SEGMENT, sealed.length - from);
            long number = first + i;
            try {
                cipher.init(
                        Cipher.DECRYPT_MODE,
                        key,
                        new GCMParameterSpec(TAG * 8, nonce(number, number == last)));
                done += cipher.doFinal(sealed, from, length, plain, done);
            } catch (AEADBadTagException altered) {
                throw new NotSealed(
                        "its segment " + number + " is not what was sealed there", altered);
            } catch (GeneralSecurityException wrong) {
                throw new NotSealed("its segment " + number + " was cut", wrong);
            }
        }
        return plain;
    }

    /// Bytes are not what was sealed; whoever asked knows of which object.
    static final class NotSealed extends Exception {
        NotSealed(String found) {
            super(found);
        }

        NotSealed(String found, Throwable cause) {
            super(found, cause);
        }

        String found() {
            return String.valueOf(getMessage());
        }
    }
}
