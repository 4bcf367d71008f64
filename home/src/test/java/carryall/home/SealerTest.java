package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SealerTest {
    private final SecureRandom random = new SecureRandom();
    private final MasterKey master = MasterKey.random(random);
    private final StoreId home = new StoreId(UUID.randomUUID());
    private final Sealer sealer = new Sealer(master, home, random);

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 65535, 65536, 65537, 131072, 131073, 1 << 20})
    void whatWasSealedIsOpenedAgain(int length) throws Exception {
        byte[] sealed = sealer.seal(ObjectKind.PACK, bytes(length));
        assertThat((long) sealed.length).isEqualTo(Sealer.sealedSize(length));
        assertThat(sealer.open(ObjectKind.PACK, sealed)).isEqualTo(bytes(length));
    }

    @Test
    void theSameBytesAreSealedDifferentlyEachTime() {
        byte[] one = sealer.seal(ObjectKind.PACK, bytes(100));
        byte[] other = sealer.seal(ObjectKind.PACK, bytes(100));
        assertThat(Arrays.copyOfRange(one, 16, one.length))
                .isNotEqualTo(Arrays.copyOfRange(other, 16, other.length));
    }

    @Test
    void aStreamIsSealedHoweverItIsWritten() throws Exception {
        Random chance = new Random(7);
        byte[] plain = bytes(300_000);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = sealer.sealing(ObjectKind.SAVE, sealed)) {
            int at = 0;
            while (at < plain.length) {
                int more = Math.min(1 + chance.nextInt(70_000), plain.length - at);
                out.write(plain, at, more);
                at += more;
            }
        }
        assertThat(sealer.open(ObjectKind.SAVE, sealed.toByteArray())).isEqualTo(plain);
    }

    @Test
    void eachSegmentOpensAlone() throws Exception {
        byte[] plain = bytes(3 * Sealer.SEGMENT + 5);
        byte[] sealed = sealer.seal(ObjectKind.PACK, plain);
        Salt salt = Sealer.salt(ObjectKind.PACK, sealed);
        for (int i = 0; i < 4; i++) {
            int from = Sealer.HEADER + i * Sealer.SEALED_SEGMENT;
            byte[] one =
                    Arrays.copyOfRange(
                            sealed, from, Math.min(from + Sealer.SEALED_SEGMENT, sealed.length));
            assertThat(sealer.segments(ObjectKind.PACK, salt, plain.length, i, one))
                    .isEqualTo(
                            Arrays.copyOfRange(
                                    plain,
                                    i * Sealer.SEGMENT,
                                    Math.min((i + 1) * Sealer.SEGMENT, plain.length)));
            int wrong = (i + 1) % 4;
            assertThatThrownBy(
                            () -> sealer.segments(ObjectKind.PACK, salt, plain.length, wrong, one))
                    .isInstanceOf(Sealer.NotSealed.class);
        }
    }

    @Test
    void anObjectOfAnotherKindHomeOrKeyIsRefused() {
        byte[] sealed = sealer.seal(ObjectKind.PACK, bytes(100));
        assertRefused(sealer, ObjectKind.SAVE, sealed);
        byte[] relabelled = sealed.clone();
        relabelled[9] = ObjectKind.SAVE.number();
        assertRefused(sealer, ObjectKind.SAVE, relabelled);
        StoreId otherHome = new StoreId(UUID.randomUUID());
        assertRefused(new Sealer(master, otherHome, random), ObjectKind.PACK, sealed);
        MasterKey otherKey = MasterKey.random(random);
        assertRefused(new Sealer(otherKey, home, random), ObjectKind.PACK, sealed);
    }

    private static void assertRefused(Sealer sealer, ObjectKind kind, byte[] sealed) {
        assertThatThrownBy(() -> sealer.open(kind, sealed)).isInstanceOf(Sealer.NotSealed.class);
    }

    @Test
    void everyFlippedBitOfASmallObjectIsSeen() {
        byte[] sealed = sealer.seal(ObjectKind.HEAD, bytes(40));
        for (int bit = 0; bit < sealed.length * 8; bit++) {
            byte[] flipped = sealed.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRefused(sealer, ObjectKind.HEAD, flipped);
        }
    }

    @Test
    void everyTruncationAndEverySplicedSegmentIsSeen() {
        byte[] sealed = sealer.seal(ObjectKind.PACK, bytes(3 * Sealer.SEGMENT));
        for (int length = 0; length < sealed.length; length += length < 200 ? 1 : 511) {
            assertRefused(sealer, ObjectKind.PACK, Arrays.copyOf(sealed, length));
        }
        for (int i = 1; i <= 3; i++) {
            assertRefused(
                    sealer,
                    ObjectKind.PACK,
                    Arrays.copyOf(sealed, Sealer.HEADER + i * Sealer.SEALED_SEGMENT - 1));
        }
        // Whole segments are left: only the mark of the last one tells.
        assertRefused(
                sealer,
                ObjectKind.PACK,
                Arrays.copyOf(sealed, Sealer.HEADER + 2 * Sealer.SEALED_SEGMENT));
        assertRefused(sealer, ObjectKind.PACK, Arrays.copyOf(sealed, sealed.length + 16));
        byte[] swapped = sealed.clone();
        System.arraycopy(sealed, 48, swapped, 48 + Sealer.SEALED_SEGMENT, Sealer.SEALED_SEGMENT);
        System.arraycopy(sealed, 48 + Sealer.SEALED_SEGMENT, swapped, 48, Sealer.SEALED_SEGMENT);
        assertRefused(sealer, ObjectKind.PACK, swapped);
    }

    @Test
    void rubbishIsRefusedAndNeverMoreThanThat() {
        Random chance = new Random(1);
        byte[] good = sealer.seal(ObjectKind.MARK, bytes(5000));
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[chance.nextInt(300)];
            chance.nextBytes(bytes);
            if (i % 2 == 0) {
                System.arraycopy(good, 0, bytes, 0, Math.min(bytes.length, chance.nextInt(60)));
            }
            assertRefused(sealer, ObjectKind.MARK, bytes);
        }
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = good.clone();
            int at = chance.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 + chance.nextInt(255));
            assertRefused(sealer, ObjectKind.MARK, bytes);
        }
    }

    @Test
    void aTextIsPaddedToOneOfFewLengths() throws Exception {
        assertThat(SizeClass.of(1)).isEqualTo(4096);
        assertThat(SizeClass.of(4097)).isEqualTo(16384);
        assertThat(SizeClass.of(SizeClass.LARGEST)).isEqualTo(SizeClass.LARGEST);
        assertThat(SizeClass.of(SizeClass.LARGEST + 1)).isEqualTo(2 * SizeClass.LARGEST);
        byte[] sealed = SealedText.seal(sealer, ObjectKind.HEAD, bytes(4088));
        assertThat((long) sealed.length).isEqualTo(Sealer.sealedSize(4096));
        assertThat(SealedText.open(sealer, ObjectKind.HEAD, sealed)).isEqualTo(bytes(4088));
        assertThatThrownBy(() ->
                        SealedText.open(
                                sealer, ObjectKind.HEAD, sealer.seal(ObjectKind.HEAD, bytes(4096))))
                .isInstanceOf(Sealer.NotSealed.class);
    }

    @Test
    void nothingButBytesIsKept() {
        assertThatThrownBy(() -> sealer.seal(ObjectKind.PACK, new byte[0]))
                .isInstanceOf(IllegalStateException.class);
        assertThat(master).hasToString("a master key");
    }

    @Test
    void aFailureOfWhereItGoesIsPassedOn() {
        OutputStream full =
                new OutputStream() {
                    @Override
                    public void write(int single) throws IOException {
                        throw new IOException("No space left");
                    }
                };
        assertThatThrownBy(() -> sealer.sealing(ObjectKind.PACK, full))
                .isInstanceOf(IOException.class);
    }
}
