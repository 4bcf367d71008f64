package carryall.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PackingTest {
    @TempDir private Path temp;
    private Path packs;

    @BeforeEach
    void makeFolders() throws IOException {
        packs = Files.createDirectory(temp.resolve("packs"));
    }

    private Part disk(String name, byte[]... contents) throws IOException {
        return part(name, Part.Kind.DISK, contents);
    }

    private Part part(String name, Part.Kind kind, byte[]... contents) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            all.writeBytes(content);
        }
        Path file = Files.createTempFile(temp, name, ".image");
        return new Part(name, kind, Files.write(file, all.toByteArray()));
    }

    private static byte[] zeros(int blocks) {
        return new byte[blocks * Block.SIZE];
    }

    private Path folder() throws IOException {
        return Files.createTempDirectory(temp, "into");
    }

    private void assertSame(Release release, Path into) throws IOException {
        for (Part part : release.parts()) {
            assertThat(Files.mismatch(part.file(), into.resolve(part.name())))
                    .as(part.name())
                    .isEqualTo(-1);
        }
    }

    @Test
    void imagesOfAnyShapeComeBackToTheByte() throws IOException {
        for (int seed = 0; seed < 40; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            List<byte[]> contents = new ArrayList<>();
            for (int i = random.nextInt(8); i >= 0; i--) {
                byte[] one = Release.content(random.nextInt(4), random.nextInt(1, 150));
                contents.add(random.nextInt(3) == 0 ? zeros(random.nextInt(1, 90)) : one);
            }
            // The last block is seldom whole.
            contents.add(Arrays.copyOf(Release.content(9, 1), random.nextInt(Block.SIZE)));
            Part system = disk("system", contents.toArray(byte[][]::new));
            Part memory =
                    part("memory", Part.Kind.MEMORY, contents.reversed().toArray(byte[][]::new));
            Release release = Release.pack(temp, packs, List.of(system, memory));
            Path into = folder();
            release.assemble(into, List.of(), List.of());
            assertSame(release, into);
            byte[] written = IndexFormat.write(release.index());
            assertThat(IndexFormat.read(written)).isEqualTo(release.index());
        }
    }

    @Test
    void zerosAreHolesAndAnEmptyImageIsAnImage() throws IOException {
        Release release =
                Release.pack(temp, packs, List.of(disk("zeros", zeros(5000)), disk("empty")));
        assertThat(release.index().chunks()).isEmpty();
        assertThat(release.index().packs()).isEmpty();
        Path into = folder();
        release.assemble(into, List.of(), List.of());
        assertSame(release, into);
        assertThat(Files.getAttribute(into.resolve("zeros"), "unix:nlink")).isEqualTo(1);
    }

    @Test
    void whatMovedIsNotPackedAgain() throws IOException {
        byte[] content = Release.content(1, 2000);
        Release one = Release.pack(temp, packs, List.of(disk("system", content)));
        Release moved =
                Release.pack(
                        temp,
                        packs,
                        List.of(disk("system", Release.content(2, 7), zeros(9), content)),
                        one);
        long all = one.index().storedBytes();
        assertThat(moved.assemble(folder(), List.of(one), List.of())).isLessThan(all / 10);
        assertThat(moved.index().packs()).containsAll(one.index().packs());
    }

    @Test
    void aFrameOfWhichLittleIsLeftIsNotUsedAgain() throws IOException {
        byte[] content = Release.content(1, 2000);
        Release one = Release.pack(temp, packs, List.of(disk("system", content)));
        byte[] little = Arrays.copyOf(content, 20 * Block.SIZE);
        Release other =
                Release.pack(
                        temp, packs, List.of(disk("system", little, Release.content(3, 60))), one);
        assertThat(other.index().packs()).doesNotContainAnyElementsOf(one.index().packs());
    }

    @Test
    void pagesThatStandOnTheDiskAreStoredOnce() throws IOException {
        byte[] content = Release.content(1, 600);
        List<byte[]> pages = new ArrayList<>();
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 500; i++) {
            int block = random.nextInt(600);
            pages.add(Arrays.copyOfRange(content, block * Block.SIZE, (block + 1) * Block.SIZE));
        }
        Release disk = Release.pack(temp, packs, List.of(disk("system", content)));
        Release both =
                Release.pack(
                        temp,
                        packs,
                        List.of(
                                disk("system", content),
                                part("memory", Part.Kind.MEMORY, pages.toArray(byte[][]::new))));
        assertThat(both.index().storedBytes()).isEqualTo(disk.index().storedBytes());
        Path into = folder();
        both.assemble(into, List.of(), List.of());
        assertSame(both, into);
    }

    @Test
    void aDeltaIsAShorterWayToTheSameImages() throws IOException {
        byte[] old = Release.content(1, 3000);
        byte[] changed = old.clone();
        // A byte here and there, so that nearly every chunk is another.
        for (int at = 100; at < changed.length; at += 17 * Block.SIZE) {
            changed[at]++;
        }
        Release one = Release.pack(temp, packs, List.of(disk("system", old)));
        Release other = Release.pack(temp, packs, List.of(disk("system", changed)), one);
        Delta delta;
        try (Space base = one.space();
                Space target = other.space()) {
            DeltaPacking.Packed packed =
                    DeltaPacking.pack(base, target, Files.createTempDirectory(temp, "d"), _ -> {});
            delta = DeltaFormat.read(DeltaFormat.write(packed.delta()));
            assertThat(delta).isEqualTo(packed.delta());
        }
        for (Pack pack : delta.packs()) {
            try (var found = Files.walk(temp)) {
                Path file =
                        found.filter(f -> f.endsWith(pack.digest().hex()))
                                .findFirst()
                                .orElseThrow();
                Files.copy(file, packs.resolve(pack.digest().hex()));
            }
        }
        Path into = folder();
        long coded = other.assemble(into, List.of(one), List.of(delta));
        assertSame(other, into);
        assertThat(coded).isLessThan(other.index().storedBytes() / 20);
        assertThat(other.assemble(folder(), List.of(), List.of(delta)))
                .isEqualTo(other.index().storedBytes());
    }

    @Test
    void whatHasArrivedIsReadFromTheFiles() throws IOException {
        Release release =
                Release.pack(temp, packs, List.of(disk("system", Release.content(1, 900))));
        Path into = folder();
        release.assemble(into, List.of(), List.of());
        Path file = into.resolve("system");
        byte[] bytes = Files.readAllBytes(file);
        bytes[500 * Block.SIZE] ^= 1;
        Files.write(file, bytes);
        try (Assembly assembly = Assembly.open(release.index(), List.of(file))) {
            int all = release.index().chunks().size();
            assertThat(assembly.verified().cardinality()).isEqualTo(all - 1);
            assertThatThrownBy(
                            () -> assembly.place(0, new byte[Chunk.LARGEST_BLOCKS * Block.SIZE], 0))
                    .isInstanceOf(ChunkException.ChunkDamaged.class);
        }
        long rest = release.assemble(into, List.of(), List.of());
        assertThat(rest).isPositive().isLessThan(release.index().storedBytes());
        assertSame(release, into);
    }

    @Test
    void theSameImagesGiveTheSamePacksAndIndex() throws IOException {
        byte[] content = Release.content(1, 900);
        Path other = Files.createDirectory(temp.resolve("other"));
        Release one = Release.pack(temp, packs, List.of(disk("system", content)));
        Release again = Release.pack(temp, other, List.of(disk("system", content)));
        assertThat(again.index()).isEqualTo(one.index());
    }
}
