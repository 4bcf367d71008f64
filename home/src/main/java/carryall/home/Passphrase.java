package carryall.home;

import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Arrays;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/// What a person remembers. Never shown.
public final class Passphrase extends Secret {
    private static final String FORM = "passphrase";
    private static final int LONGEST = 1024;

    private final byte[] text;
    private final Cost cost;

    /// What it costs to try one: Argon2id (RFC 9106) with one lane.
    ///
    /// @param memoryKib 64 MiB to 1 GiB: less is too cheap, more could be an attacker's choice
    /// @param passes 2 to 16
    record Cost(int memoryKib, int passes) {
        static final Cost USUAL = new Cost(128 << 10, 3);

        Cost {
            if (memoryKib < 64 << 10 || memoryKib > 1 << 20 || passes < 2 || passes > 16) {
                throw new IllegalArgumentException(
                        "Argon2id with " + memoryKib + " KiB and " + passes + " passes");
            }
        }
    }

    private Passphrase(byte[] text, Cost cost) {
        this.text = text;
        this.cost = cost;
    }

    /// A passphrase as it was typed: Unicode's form NFC of it, so that every keyboard types the
    /// same.
    ///
    /// @param typed not empty; the caller wipes it
    public static Passphrase of(char[] typed) {
        return of(typed, Cost.USUAL);
    }

    static Passphrase of(char[] typed, Cost cost) {
        byte[] text =
                Normalizer.normalize(CharBuffer.wrap(typed), Normalizer.Form.NFC)
                        .getBytes(StandardCharsets.UTF_8);
        if (text.length == 0 || text.length > LONGEST) {
            throw new IllegalArgumentException("a passphrase has 1 to " + LONGEST + " bytes");
        }
        return new Passphrase(text, cost);
    }

    @Override
    String form() {
        return FORM;
    }

    @Override
    Stretching stretching(SecureRandom random) {
        return Stretching.fresh(random, cost.memoryKib(), cost.passes());
    }

    @Override
    byte[] stretched(Stretching how) {
        Cost asked = new Cost(how.memoryKib(), how.passes());
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(
                new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                        .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                        .withMemoryAsKB(asked.memoryKib())
                        .withIterations(asked.passes())
                        .withParallelism(1)
                        .withSalt(how.saltBytes())
                        .build());
        byte[] key = new byte[MasterKey.BYTES];
        generator.generateBytes(text, key);
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Passphrase typed && Arrays.equals(text, typed.text);
    }

    @Override
    public int hashCode() {
        return 0;
    }

    @Override
    public String toString() {
        return "a passphrase";
    }
}
