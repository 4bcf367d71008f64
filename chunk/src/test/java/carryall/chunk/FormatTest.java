package carryall.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FormatTest {
    private static final Digest DIGEST = Digest.of(new byte[0]);

    /// Two frames in a pack, three chunks, an image with zeros and a part of a chunk.
    private static Index index() {
        return new Index(
                List.of(new Pack(DIGEST, 1000)),
                List.of(new Frame(0, 10, 300, 20, 0, 2), new Frame(0, 400, 600, 8, 2, 1)),
                List.of(
                        new Chunk(Digest.of(new byte[1]), 0, 2, 5),
                        new Chunk(Digest.of(new byte[2]), 0, 9, 11),
                        new Chunk(Digest.of(new byte[3]), 1, 0, 8)),
                List.of(
                        new Image(
                                "system",
                                40 * Block.SIZE - 5,
                                List.of(
                                        new Piece(0, 5, 0, 0),
                                        new Piece(5, 11, 1, 0),
                                        new Piece(16, 13, Piece.ZEROS, 0),
                                        new Piece(29, 8, 2, 0),
                                        new Piece(37, 3, 1, 4)))),
                List.of(1, 0));
    }

    private static Delta delta() {
        return new Delta(
                DIGEST,
                Digest.of(new byte[1]),
                List.of(new Pack(DIGEST, 1000)),
                List.of(
                        new Delta.Coded(0, 5, 100, List.of(2, 0), List.of(new Delta.Window(70, 8))),
                        new Delta.Coded(0, 105, 50, List.of(1), List.of())));
    }

    @Test
    void whatIsWrittenIsRead() {
        assertThat(IndexFormat.read(IndexFormat.write(index()))).isEqualTo(index());
        assertThat(DeltaFormat.read(DeltaFormat.write(delta()))).isEqualTo(delta());
    }

    @ParameterizedTest
    @ValueSource(strings = {"index-1", "delta-1"})
    void theBytesStayAsTheyWere(String golden) throws IOException {
        String hex;
        try (InputStream file = FormatTest.class.getResourceAsStream(golden + ".hex")) {
            hex = new String(file.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
        }
        byte[] bytes =
                golden.startsWith("index")
                        ? IndexFormat.write(index())
                        : DeltaFormat.write(delta());
        assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(hex);
    }

    @Test
    void noMutantIsTakenForWhatItIsNot() {
        for (byte[] whole : List.of(IndexFormat.write(index()), DeltaFormat.write(delta()))) {
            boolean isIndex = whole[5] == 'c';
            SplittableRandom random = new SplittableRandom(1);
            int read = 0;
            for (int round = 0; round < 100_000; round++) {
                byte[] mutant = whole.clone();
                for (int i = random.nextInt(1, 4); i > 0; i--) {
                    mutant[random.nextInt(9, mutant.length)] = (byte) random.nextInt();
                }
                mutant = Arrays.copyOf(mutant, mutant.length - random.nextInt(3) / 2);
                try {
                    byte[] again =
                            isIndex
                                    ? IndexFormat.write(IndexFormat.read(mutant))
                                    : DeltaFormat.write(DeltaFormat.read(mutant));
                    assertThat(again).isEqualTo(mutant);
                    read++;
                } catch (IllegalArgumentException refused) {
                    // As it should be.
                }
            }
            // Digests may be anything, so some are.
            assertThat(read).isBetween(1, 90_000);
        }
    }

    @Test
    void aTruncatedOneIsRefused() {
        byte[] index = IndexFormat.write(index());
        byte[] delta = DeltaFormat.write(delta());
        for (int length = 0; length < index.length; length++) {
            byte[] cut = Arrays.copyOf(index, length);
            assertThatThrownBy(() -> IndexFormat.read(cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (int length = 0; length < delta.length; length++) {
            byte[] cut = Arrays.copyOf(delta, length);
            assertThatThrownBy(() -> DeltaFormat.read(cut))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> IndexFormat.read(Arrays.copyOf(index, index.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// What stands there instead of `02 02 03`: two frames, the second and the first.
    @ParameterizedTest
    @CsvSource({
        "020001, a frame twice",
        "020402, a frame behind the last",
        "020101, a frame before the first",
        "030203, more frames than there are",
        "0202feffffffffff7f, a frame far away",
        "010203, trash behind it",
    })
    void anOpeningNamesFramesThatAreThereAndNoneTwice(String hex, String what) {
        byte[] whole = IndexFormat.write(index());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(whole, 0, whole.length - 3);
        bytes.writeBytes(HexFormat.of().parseHex(hex));
        assertThat(IndexFormat.read(whole).opening()).containsExactly(1, 0);
        assertThatThrownBy(() -> IndexFormat.read(bytes.toByteArray()))
                .as(what)
                .isInstanceOf(IllegalArgumentException.class);
    }

    /// Numbers behind `carrychk`, version 1.
    @ParameterizedTest
    @CsvSource({
        "ffffffffffffff7f, packs without end",
        "8080808010, a number of packs that no index holds",
        "00ffffffff0f, frames without end",
        "0000ff01, images without end",
        "00000121, a name that is too long",
        "0000010161ffffffffffffff7f, an image of any size",
        "00000101618080808080808001, 64 TiB of it",
        "000001016180802000, zeros of no length",
        "0000010161808020ffffffffffffff7c, zeros behind the end",
        "000001016180802005, a piece of no chunk",
        "00000101618080200f, a piece of no kind",
        "00000141618000, trash",
        "8000, a number in too many bytes",
        "00000001, an opening with a frame where there are none",
        "000000ffffff0f, an opening without end",
    })
    void horrorsAreRefusedWithoutBeingBelieved(String hex, String what) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes("carrychk".getBytes(StandardCharsets.US_ASCII));
        bytes.write(1);
        bytes.writeBytes(HexFormat.of().parseHex(hex));
        assertThatThrownBy(() -> IndexFormat.read(bytes.toByteArray()))
                .as(what)
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aFrameIsNeverLongerThanItsIndexSays() {
        Frame frame = new Frame(0, 0, 100, 4, 0, 1);
        byte[] bomb = Zstd.compress(new byte[64 << 20], 19);
        byte[] shorter = Zstd.compress(new byte[Block.SIZE]);
        byte[] right = Zstd.compress(new byte[4 * Block.SIZE]);
        byte[] two = Arrays.copyOf(right, 2 * right.length);
        System.arraycopy(right, 0, two, right.length, right.length);
        byte[] unsized = right.clone();
        for (byte[] wrong :
                List.of(
                        bomb,
                        shorter,
                        two,
                        Arrays.copyOf(right, right.length - 1),
                        Arrays.copyOf(right, right.length + 1),
                        new byte[0],
                        new byte[100],
                        "no frame at all".getBytes(StandardCharsets.US_ASCII))) {
            assertThatThrownBy(() -> Frames.plain(frame, wrong))
                    .isInstanceOf(ChunkException.FrameDamaged.class);
        }
        SplittableRandom random = new SplittableRandom(2);
        for (int i = 0; i < 10_000; i++) {
            byte[] mutant = unsized.clone();
            mutant[random.nextInt(mutant.length)] = (byte) random.nextInt();
            try {
                assertThat(Frames.plain(frame, mutant)).hasSize(4 * Block.SIZE);
            } catch (ChunkException.FrameDamaged refused) {
                // As it should be.
            }
        }
    }
}
