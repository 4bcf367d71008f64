package carryall.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import carryall.crypto.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;
import java.util.zip.Checksum;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is touched first is packed first.
final class OpeningTest {
    @TempDir private Path temp;
    private Path packs;

    @BeforeEach
    void makeFolders() throws IOException {
        packs = Files.createDirectory(temp.resolve("packs"));
    }

    private Part part(String name, Part.Kind kind, byte[]... contents) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            all.writeBytes(content);
        }
        Path file = Files.createTempFile(temp, name, ".image");
        return new Part(name, kind, Files.write(file, all.toByteArray()));
    }

    private static byte[] block(byte[] content, int number) {
        return Arrays.copyOfRange(content, number * Block.SIZE, (number + 1) * Block.SIZE);
    }

    private void assertComesBack(Release release) throws IOException {
        Path into = Files.createTempDirectory(temp, "into");
        release.assemble(into, List.of(), List.of());
        for (Part part : release.parts()) {
            assertThat(Files.mismatch(part.file(), into.resolve(part.name())))
                    .as(part.name())
                    .isEqualTo(-1);
        }
        byte[] written = IndexFormat.write(release.index());
        assertThat(IndexFormat.read(written)).isEqualTo(release.index());
    }

    /// The chunks of what is touched, in the order of the first touch.
    private static List<Integer> chunks(Index index, List<Touch> opening) {
        Set<Integer> chunks = new LinkedHashSet<>();
        for (Touch touch : opening) {
            Image image = index.image(touch.image()).orElseThrow();
            for (long block = touch.first(); block < touch.end(); block++) {
                Piece piece = image.at(block);
                if (!piece.isZeros()) {
                    chunks.add(piece.chunk());
                }
            }
        }
        return List.copyOf(chunks);
    }

    private static List<Integer> frames(Index index, List<Integer> chunks) {
        return chunks.stream().map(chunk -> index.chunks().get(chunk).frame()).distinct().toList();
    }

    /// A disk of 600 blocks; a memory of 1,200 pages: every third of the disk, every third zero.
    private List<Part> parts() throws IOException {
        byte[] disk = Release.content(1, 600);
        byte[] own = Release.content(2, 400);
        ByteArrayOutputStream memory = new ByteArrayOutputStream();
        for (int page = 0; page < 1200; page++) {
            switch (page % 3) {
                case 0 -> memory.writeBytes(block(disk, (page * 7) % 600));
                case 1 -> memory.writeBytes(block(own, page / 3));
                default -> memory.writeBytes(new byte[Block.SIZE]);
            }
        }
        return List.of(
                part("system", Part.Kind.DISK, disk),
                part("app-memory", Part.Kind.MEMORY, memory.toByteArray()));
    }

    /// 40 times 10 pages from anywhere, and every fourth time blocks of the disk.
    private static List<Touch> opening() {
        SplittableRandom random = new SplittableRandom(3);
        List<Touch> opening = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            opening.add(new Touch("app-memory", random.nextInt(1190), 10));
            if (i % 4 == 0) {
                opening.add(new Touch("system", random.nextInt(590), random.nextInt(1, 10)));
            }
        }
        return opening;
    }

    @Test
    void whatIsTouchedFillsTheFirstFramesInTheOrderOfTouch() throws IOException {
        List<Touch> opening = opening();
        Release release = Release.pack(temp, packs, parts(), opening);
        Index index = release.index();
        List<Integer> touched = chunks(index, opening);
        assertThat(touched).isEqualTo(IntStream.range(0, touched.size()).boxed().toList());
        int frames = index.chunks().get(touched.getLast()).frame() + 1;
        assertThat(index.opening()).isEqualTo(IntStream.range(0, frames).boxed().toList());
        Frame last = index.frames().get(frames - 1);
        assertThat(last.firstChunk() + last.chunks()).isEqualTo(touched.size());
        for (Frame frame : index.frames().subList(0, 8)) {
            assertThat(frame.blocks() <= 32 || frame.chunks() == 1).isTrue();
        }
        assertThat(index.frames().subList(8, frames))
                .isNotEmpty()
                .anyMatch(frame -> frame.blocks() > 64)
                .allMatch(frame -> frame.blocks() <= 128);
        assertComesBack(release);
    }

    @Test
    void aTouchedPageDragsNoneThatIsNotTouched() throws IOException {
        List<Touch> opening = opening();
        List<Part> parts = parts();
        Index index = Release.pack(temp, packs, parts, opening).index();
        byte[] memory = Files.readAllBytes(parts.get(1).file());
        Image image = index.image("app-memory").orElseThrow();
        Set<Integer> chunks = new HashSet<>();
        Set<Digest> pages = new HashSet<>();
        for (Touch touch : opening) {
            for (long page = touch.first(); page < touch.end(); page++) {
                Piece piece = image.at(page);
                if (touch.image().equals("app-memory") && !piece.isZeros()) {
                    chunks.add(piece.chunk());
                    pages.add(Digest.of(block(memory, (int) page)));
                }
            }
        }
        assertThat(chunks).allMatch(chunk -> index.chunks().get(chunk).blocks() <= 16);
        assertThat(chunks.stream().mapToInt(chunk -> index.chunks().get(chunk).blocks()).sum())
                .isEqualTo(pages.size());
        assertThat(chunks).hasSize(Math.ceilDiv(pages.size(), 16));
    }

    @Test
    void anOpeningCutsNoDiskOtherwise() throws IOException {
        List<Part> parts = parts();
        Index without = Release.pack(temp, packs, parts).index();
        Index with = Release.pack(temp, packs, parts, opening()).index();
        assertThat(without.opening()).isEmpty();
        assertThat(disk(with)).isEqualTo(disk(without)).hasSizeGreaterThan(20);
    }

    private static List<Digest> disk(Index index) {
        return index.image("system").orElseThrow().pieces().stream()
                .map(piece -> {
                    Chunk chunk = index.chunks().get(piece.chunk());
                    assertThat(piece.blocks()).isEqualTo(chunk.blocks());
                    return chunk.digest();
                })
                .toList();
    }

    @Test
    void whatEarlierPacksHoldIsNeededAtItsFirstTouch() throws IOException {
        List<Part> parts = parts();
        Release one = Release.pack(temp, packs, List.of(parts.getFirst()));
        List<Touch> opening =
                List.of(
                        new Touch("app-memory", 100, 200),
                        new Touch("system", 500, 2),
                        new Touch("app-memory", 900, 100),
                        new Touch("system", 3, 1),
                        new Touch("app-memory", 600, 2),
                        new Touch("system", 501, 1));
        Release two = Release.pack(temp, packs, parts, opening, one);
        Index index = two.index();
        assertThat(index.packs()).containsAll(one.index().packs());
        assertThat(index.opening())
                .isEqualTo(frames(index, chunks(index, opening)))
                .doesNotHaveDuplicates();
        int late = index.chunks().get(chunk(index, 500)).frame();
        int early = index.chunks().get(chunk(index, 3)).frame();
        assertThat(index.opening()).containsSubsequence(late, early);
        assertThat(early).isLessThan(late);
        assertComesBack(two);
    }

    private static int chunk(Index index, long block) {
        return index.image("system").orElseThrow().at(block).chunk();
    }

    @Test
    void imagesOfAnyShapeAndAnyOpeningComeBackToTheByte() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<Part> parts = new ArrayList<>();
            for (String name : List.of("system", "session-memory", "app-memory")) {
                List<byte[]> contents = new ArrayList<>();
                for (int i = random.nextInt(6); i >= 0; i--) {
                    int blocks = random.nextInt(1, 90);
                    contents.add(
                            random.nextInt(3) == 0
                                    ? new byte[blocks * Block.SIZE]
                                    : Release.content(random.nextInt(4), blocks));
                }
                contents.add(Arrays.copyOf(Release.content(9, 1), random.nextInt(Block.SIZE)));
                Part.Kind kind = name.equals("system") ? Part.Kind.DISK : Part.Kind.MEMORY;
                parts.add(part(name, kind, contents.toArray(byte[][]::new)));
            }
            List<Touch> opening = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                // One of them is not there, and many lie behind an end.
                String name =
                        List.of("system", "session-memory", "app-memory", "floppy")
                                .get(random.nextInt(4));
                opening.add(new Touch(name, random.nextInt(400), random.nextInt(1, 300)));
            }
            opening.add(new Touch("app-memory", 0, 1L << 30));
            Release release = Release.pack(temp, packs, parts, opening);
            assertThat(release.index().opening()).doesNotHaveDuplicates();
            assertComesBack(release);
        }
    }

    @Test
    void pagesOfTheSameChecksumsAreNotTakenForEachOther() throws IOException {
        byte[] page = Release.content(5, 1);
        byte[] twin = twin(page);
        assertThat(List.of(checksum(new CRC32(), twin), checksum(new CRC32C(), twin)))
                .containsExactly(checksum(new CRC32(), page), checksum(new CRC32C(), page));
        assertThat(twin).isNotEqualTo(page);
        Part memory = part("app-memory", Part.Kind.MEMORY, page, twin, page, twin);
        List<Touch> opening = List.of(new Touch("app-memory", 0, 1), new Touch("app-memory", 3, 1));
        Release release = Release.pack(temp, packs, List.of(memory), opening);
        assertThat(release.index().opening()).containsExactly(0);
        assertComesBack(release);
    }

    private static long checksum(Checksum checksum, byte[] bytes) {
        checksum.update(bytes);
        return checksum.getValue();
    }

    /// Another page of the same CRC-32 and CRC-32C: it differs by the product of both polynomials.
    private static byte[] twin(byte[] page) {
        byte[] twin = page.clone();
        for (int i = 0; i <= 32; i++) {
            for (int j = 0; j <= 32; j++) {
                if ((0x104c11db7L >> i & 0x11edc6f41L >> j & 1) != 0) {
                    int bit = 64 - i - j;
                    twin[bit / 8] ^= (byte) (1 << (bit % 8));
                }
            }
        }
        return twin;
    }

    @Test
    void theSameOpeningGivesTheSameIndex() throws IOException {
        List<Part> parts = parts();
        Index one = Release.pack(temp, packs, parts, opening()).index();
        assertThat(Release.pack(temp, packs, parts, opening()).index()).isEqualTo(one);
    }

    @Test
    void whatCannotBeTouchedIsNoTouch() {
        assertThatThrownBy(() -> new Touch("system", -1, 1)).hasMessageContaining("from block -1");
        assertThatThrownBy(() -> new Touch("system", 0, 0)).hasMessageContaining("of 0 blocks");
        assertThatThrownBy(() -> new Touch("system", 1, 1 << 30))
                .hasMessageContaining("1073741824");
        assertThatThrownBy(() -> new Touch("system", 1, Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Touch("../system", 0, 1)).hasMessageContaining("named");
    }
}
