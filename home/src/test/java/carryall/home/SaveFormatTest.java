package carryall.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.appliance.Appliance;
import carryall.crypto.Digest;
import carryall.machine.MachineName;
import com.github.luben.zstd.Zstd;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class SaveFormatTest {
    private static final Digest DIGEST = Digest.of(new byte[] {1});
    private static final HostId HOST =
            new HostId(UUID.fromString("00000000-0000-0000-0000-00000000000a"));

    private static Save save() {
        Save.Pack pack =
                new Save.Pack(
                        new ObjectName(ObjectKind.PACK, DIGEST), new Salt("ab".repeat(32)), 65536);
        return new Save(
                new UUID(1, 2),
                new MachineName("plans"),
                7,
                Instant.ofEpochSecond(1_800_000_000, 5),
                new Ancestry(Map.of(HOST, 3L)),
                List.of(Digest.of(new byte[] {2})),
                List.of(pack),
                List.of(
                        new SavedFile(
                                "disks/a",
                                4096 * 9 - 1,
                                DIGEST,
                                List.of(
                                        new Piece.Zeros(4),
                                        new Piece.Stored(2, 0, 100, 5000, DIGEST),
                                        new Piece.Released(3, 0, Appliance.Part.APP_PERSONAL, 12))),
                        new SavedFile("disks/empty", 0, DIGEST, List.of())));
    }

    @Test
    void whatWasWrittenIsReadAgain() {
        assertThat(SaveFormat.read(SaveFormat.write(save()))).isEqualTo(save());
    }

    @Test
    void everyTruncationIsRefusedAndNothingMayFollow() {
        byte[] plain = plain();
        for (int length = 0; length < plain.length; length++) {
            assertRefused(java.util.Arrays.copyOf(plain, length));
        }
        assertRefused(java.util.Arrays.copyOf(plain, plain.length + 1));
    }

    private static byte[] plain() {
        byte[] frame = SaveFormat.write(save());
        return Zstd.decompress(frame, (int) Zstd.getFrameContentSize(frame));
    }

    private static void assertRefused(byte[] plain) {
        assertThatThrownBy(() -> SaveFormat.read(Zstd.compress(plain)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void rubbishIsReadOrRefusedAndTakesNoSpace() {
        Random chance = new Random(3);
        byte[] good = plain();
        int read = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = good.clone();
            for (int n = 0; n < 1 + chance.nextInt(4); n++) {
                bytes[9 + chance.nextInt(bytes.length - 9)] = (byte) chance.nextInt();
            }
            try {
                SaveFormat.read(Zstd.compress(bytes));
                read++;
            } catch (IllegalArgumentException | ArithmeticException refused) {
                assertThat(refused.getMessage()).isNotNull();
            }
        }
        assertThat(read).isLessThan(20_000);
    }

    @Test
    void pathsThatLeadElsewhereAreRefused() {
        for (String path : List.of("../x", "/x", "a//b", "a/../b", "a/.b", "", "a b", "A")) {
            assertThatThrownBy(() -> new SavedFile(path, 0, DIGEST, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }
}
