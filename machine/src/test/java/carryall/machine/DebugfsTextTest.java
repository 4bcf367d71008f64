package carryall.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What `debugfs` says, with names and bytes that a guest chose.
final class DebugfsTextTest {
    private static final String LISTED =
            """
            debugfs: ls -p <2>
            /2/040755/0/0/.//
            /2/040755/0/0/..//
            /11/040700/0/0/lost+found//
            /12/100644/1000/1000/a letter/5/
            /13/120777/0/0/li nk/8/
            /14/020666/0/0/null/0/

            debugfs: ls -p <12>
            debugfs: ls -p <11>
            /11/040700/0/0/.//

            """;

    private static final String DUMPED =
            """
            debugfs: inode_dump <12>
            0000  ed41 e803 0004 0000 c5b0 0d6b c5b0 0d6b  .A.........k...k
            0020  00f1 5365 0000 0000 0000 0200 0200 0000  ..Se............
            0040  0000 0800 0000 0000 0af3 0100 0400 0000  ................
            0060  0000 0000 0000 0000 0100 0000 2111 0000  ............!...
            0100  0000 0000 0000 0000 0000 0000 0000 0000  ................
            *
            0160  0000 0000 0000 0000 0000 0000 6c35 0000  ............l5..
            0200  2000 6a58 0000 0000 0000 0000 0000 0000   .jX............
            0220  c5b0 0d6b 0000 0000 0000 0000 0000 0000  ...k............
            0240  0000 0000 0000 0000 0000 0000 0000 0000  ................
            *

            debugfs: inode_dump <15>
            0000  ffa1 0000 0300 0000 0000 0000 0000 0000  ................
            0020  0000 0000 0000 0000 0000 0100 0000 0000  ................
            0040  0000 0000 0000 0000 742f 6f00 0000 0000  ........t/o.....
            0060  0000 0000 0000 0000 0000 0000 0000 0000  ................
            *

            """;

    private static List<String> names(@Nullable List<DebugfsText.Child> children) {
        return Objects.requireNonNull(children).stream()
                .map(child -> child.name().bytes())
                .toList();
    }

    @Test
    void aFolderIsReadWithoutItselfAndTheOneAbove() {
        Map<Long, List<DebugfsText.Child>> folders = DebugfsText.children(LISTED);
        assertThat(folders).containsOnlyKeys(2L, 11L);
        assertThat(folders.get(2L))
                .extracting(DebugfsText.Child::kind)
                .containsExactly(
                        GuestFile.Kind.FOLDER,
                        GuestFile.Kind.FILE,
                        GuestFile.Kind.LINK,
                        GuestFile.Kind.OTHER);
        assertThat(names(folders.get(2L)))
                .containsExactly("lost+found", "a letter", "li nk", "null");
        assertThat(folders.get(11L)).isEmpty();
    }

    @Test
    void aNameIsTakenForNothingElse() {
        String forged = "x\ndebugfs: ls -p <7>\n";
        Map<Long, List<DebugfsText.Child>> folders =
                DebugfsText.children("debugfs: ls -p <2>\n/12/100644/0/0/" + forged + "/5/\n");
        assertThat(folders).containsOnlyKeys(2L);
        assertThat(names(folders.get(2L))).containsExactly(forged);
    }

    @Test
    void aNameWithASlashIsLeftOut() {
        Map<Long, List<DebugfsText.Child>> folders =
                DebugfsText.children(
                        "debugfs: ls -p <2>\n/12/100644/0/0/../../etc/5/\n/13/100644/0/0/b/5/\n");
        assertThat(names(folders.get(2L))).containsExactly("b");
    }

    @Test
    void anInodeIsReadWithItsTimesAndItsLink() {
        Map<Long, Inode> inodes = DebugfsText.inodes(DUMPED);
        assertThat(inodes).containsOnlyKeys(12L, 15L);
        Inode folder = Objects.requireNonNull(inodes.get(12L));
        assertThat(folder.kind()).isEqualTo(GuestFile.Kind.FOLDER);
        assertThat(folder.mode()).isEqualTo(0755);
        assertThat(folder.uid()).isEqualTo(1000);
        assertThat(folder.sizeBytes()).isEqualTo(1024);
        assertThat(folder.modified()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(Objects.requireNonNull(inodes.get(15L)).target()).contains("t/o");
    }

    @Test
    void whateverIsSaidIsReadAndOnlyNamesComeOfIt() {
        Random random = new Random(6);
        for (int round = 0; round < 20_000; round++) {
            StringBuilder said = new StringBuilder(random.nextBoolean() ? LISTED : DUMPED);
            for (int i = random.nextInt(8); i >= 0; i--) {
                int at = random.nextInt(said.length());
                switch (random.nextInt(4)) {
                    case 0 -> said.setCharAt(at, (char) random.nextInt(256));
                    case 1 -> said.insert(at, "/\n*d<>0 9".charAt(random.nextInt(9)));
                    case 2 -> said.delete(at, Math.min(said.length(), at + random.nextInt(30)));
                    default -> said.insert(at, "9".repeat(random.nextInt(40)));
                }
                said.append('.');
            }
            DebugfsText.children(said.toString())
                    .values()
                    .forEach(children -> assertThat(names(children)).allMatch(GuestName::isName));
            DebugfsText.inodes(said.toString())
                    .values()
                    .forEach(inode -> assertThat(inode.sizeBytes()).isNotNegative());
        }
    }

    @Test
    void anyBytesAreAnInode() {
        Random random = new Random(6);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[Inode.BYTES];
            random.nextBytes(bytes);
            Inode inode = Inode.of(bytes);
            assertThat(inode.sizeBytes()).isNotNegative();
            assertThat(inode.target().map(String::length).orElse(0)).isLessThan(60);
        }
    }

    @Test
    void aNameIsTheSameOnTheHostToTheByte() throws IOException {
        Path folder = Files.createTempDirectory("names");
        for (String name : List.of("b\u00ffad", "a \"b\"%41", "\n", "-", "\u00c3\u00a9")) {
            Path file = new GuestName(name).in(folder);
            Files.createFile(file);
            assertThat(GuestName.of(file).bytes()).isEqualTo(name);
            Files.delete(file);
        }
        Files.delete(folder);
        assertThat(GuestName.typed("é").bytes())
                .isEqualTo(
                        new String(
                                "é".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1));
    }

    @Test
    void aLinkStaysWithinOnlyIfItGoesUpFirstAndNotTooFar() {
        assertThat(FilesOut.staysWithin("a/b", 0)).isTrue();
        assertThat(FilesOut.staysWithin("../a", 1)).isTrue();
        assertThat(FilesOut.staysWithin("./../a/./b", 1)).isTrue();
        assertThat(FilesOut.staysWithin("../a", 0)).isFalse();
        assertThat(FilesOut.staysWithin("a/../b", 3)).isFalse();
        assertThat(FilesOut.staysWithin("/a", 3)).isFalse();
        assertThat(FilesOut.staysWithin("", 3)).isFalse();
        assertThat(FilesOut.staysWithin("a\0", 3)).isFalse();
    }
}
