package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The scripts `settle`, `changes` and `merge` of a guest, over folders of this host: a layer as
/// overlayfs leaves it, and published systems.
final class LayerTest {
    private static final int LAYER = 0;
    private static final int NO_LAYER = 3;
    private static final String STATUS =
            """
            Package: bash
            Status: install ok installed
            Architecture: amd64
            Version: %s

            """;
    private static final String FONT =
            """
            Package: fonts-mine
            Status: install ok installed
            Architecture: all
            Version: 1.5-1

            """;

    @TempDir private Path temp;
    private Path scripts = Path.of("");
    private Path personal = Path.of("");

    @BeforeEach
    void makeDisksAndScripts() throws IOException {
        scripts = Files.createDirectory(temp.resolve("scripts"));
        for (String name : List.of("settle", "changes", "merge", "layer.pl")) {
            Path script = scripts.resolve(name);
            Files.write(script, GuestFiles.bytes("guest/usr/lib/carryall/" + name));
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        personal = Files.createDirectories(temp.resolve("run/personal"));
        file(personal, ".carryall", "2\n");
        Files.createDirectory(personal.resolve("home"));
        file(temp, "run/customisations", "mode kept\n");
        for (String release : List.of("1", "2")) {
            file(published(release), "etc/motd", "hello from " + release);
            file(published(release), "etc/issue", "the same in both");
            file(published(release), "etc/group", "root:x:0:\nadm:x:4:\n");
            Files.createDirectories(published(release).resolve("var/log"));
            Files.createDirectories(published(release).resolve("tmp"));
            file(published(release), "var/lib/dpkg/status", STATUS.formatted(release));
        }
    }

    private Path published(String release) {
        return temp.resolve("published-" + release);
    }

    private Path upper(String path) {
        return personal.resolve("system/upper").resolve(path);
    }

    private static void file(Path root, String path, String text) throws IOException {
        Files.createDirectories(root.resolve(path).getParent());
        Files.writeString(root.resolve(path), text);
    }

    private record Said(int code, String output) {}

    private Said run(String script, Path system, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(scripts.resolve(script).toString()));
        int verbs = script.equals("settle") ? 1 : 0;
        command.addAll(List.of(words).subList(0, verbs));
        command.addAll(List.of(personal.toString(), system.toString()));
        command.addAll(List.of(words).subList(verbs, words.length));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Said(process.waitFor(), said);
    }

    private void prepare(int expected, String release, String mode, String... back)
            throws Exception {
        List<String> words = new ArrayList<>(List.of("prepare", mode, "release-" + release));
        words.addAll(List.of(back));
        Said said = run("settle", published(release), words.toArray(String[]::new));
        assertThat(said.code()).as(said.output()).isEqualTo(expected);
        assertThat(said.output()).isEmpty();
    }

    private List<String> changes(String release) throws Exception {
        Said said = run("changes", published(release));
        assertThat(said.code()).as(said.output()).isZero();
        List<String> lines = said.output().lines().toList();
        assertThat(lines).startsWith("changes 1", "mode kept").endsWith("end");
        return lines.subList(2, lines.size() - 1);
    }

    /// A run over release 1 in which these files were changed.
    private void customise(String... pathsAndTexts) throws Exception {
        prepare(LAYER, "1", "customise");
        for (int i = 0; i < pathsAndTexts.length; i += 2) {
            file(upper(""), pathsAndTexts[i], pathsAndTexts[i + 1]);
        }
        assertThat(run("settle", published("1"), "record")).isEqualTo(new Said(0, ""));
    }

    @Test
    void whatWasNeverCustomisedHasNoLayer() throws Exception {
        prepare(NO_LAYER, "1", "kept");
        customise();
        prepare(NO_LAYER, "1", "kept");
        assertThat(changes("1")).isEmpty();
    }

    @Test
    void whatPassesAndWhatIsAsPublishedIsLeftOut() throws Exception {
        customise(
                "var/log/syslog", "line",
                "tmp/x", "",
                "etc/machine-id", "0",
                "etc/issue", "the same in both");
        prepare(NO_LAYER, "1", "kept");
        assertThat(upper("")).isEmptyDirectory();
    }

    @Test
    void aChangedFileIsListedAndStaysOverAnUpdate() throws Exception {
        customise("etc/issue", "mine", "usr/share/fonts/m y.ttf", "glyphs");
        List<String> both = List.of("changed /etc/issue 4", "added /usr/share/fonts/m%20y.ttf 6");
        prepare(LAYER, "1", "kept");
        assertThat(changes("1")).isEqualTo(both);
        prepare(LAYER, "2", "kept");
        assertThat(changes("2")).isEqualTo(both);
        assertThat(upper("etc/issue")).hasContent("mine");
    }

    @Test
    void whatBothSidesChangedStaysTheUsersWithThePublishersBeside() throws Exception {
        customise("etc/motd", "mine");
        prepare(LAYER, "2", "kept");
        assertThat(upper("etc/motd")).hasContent("mine");
        assertThat(upper("etc/motd.published")).hasContent("hello from 2");
        List<String> conflict = List.of("conflict /etc/motd", "changed /etc/motd 4");
        assertThat(changes("2")).isEqualTo(conflict);
        prepare(LAYER, "2", "kept");
        assertThat(changes("2")).isEqualTo(conflict);
        Files.delete(upper("etc/motd.published"));
        assertThat(changes("2")).containsExactly("changed /etc/motd 4");
    }

    @Test
    void aFileInThePlaceOfAFolderStays() throws Exception {
        file(published("1"), "etc/motd.d/one", "");
        file(published("2"), "etc/motd.d/other", "");
        assertThat(published("2").resolve("etc/motd.d").toFile().setWritable(true, false)).isTrue();
        customise("etc/motd.d", "mine");
        prepare(LAYER, "2", "kept");
        assertThat(upper("etc/motd.d")).hasContent("mine");
        assertThat(changes("2")).containsExactly("changed /etc/motd.d 4");
    }

    @Test
    void aFileThatWasOnlyCopiedFollowsThePublisher() throws Exception {
        customise("etc/motd", "hello from 1", "etc/mine", "");
        prepare(LAYER, "2", "kept");
        assertThat(upper("etc/motd")).doesNotExist();
        assertThat(changes("2")).containsExactly("added /etc/mine 0");
    }

    @Test
    void aRunThatWasKilledBeforeAnUpdateLeavesThePublishersBeside() throws Exception {
        prepare(LAYER, "1", "customise");
        file(upper(""), "etc/issue", "mine");
        prepare(LAYER, "2", "kept");
        assertThat(upper("etc/issue")).hasContent("mine");
        assertThat(changes("2")).containsExactly("conflict /etc/issue", "changed /etc/issue 4");
    }

    @Test
    void aRemovedFileStaysRemoved() throws Exception {
        customise("etc/mine", "");
        Process whiteout =
                new ProcessBuilder("mknod", upper("etc/issue").toString(), "c", "0", "0").start();
        assertThat(whiteout.waitFor()).isZero();
        assertThat(run("settle", published("1"), "record").code()).isZero();
        prepare(LAYER, "2", "kept");
        assertThat(changes("2")).containsExactly("removed /etc/issue 0", "added /etc/mine 0");
    }

    @Test
    void anAddedPackageIsListedAsOneAndMergedWithThePublishersNewOnes() throws Exception {
        customise(
                "var/lib/dpkg/status", STATUS.formatted("1") + FONT,
                "var/lib/dpkg/info/fonts-mine.list", "/.\n/usr\n/usr/share/mine.ttf\n",
                "usr/share/mine.ttf", "glyphs",
                "etc/group", "root:x:0:\nadm:x:4:me\nmine:x:900:\n");
        List<String> font = List.of("package added fonts-mine 1.5-1 1 6");
        assertThat(changes("1")).startsWith(font.getFirst());
        file(published("2"), "etc/group", "root:x:0:\nadm:x:4:\ntheirs:x:5:\n");
        prepare(LAYER, "2", "kept");
        assertThat(upper("var/lib/dpkg/status")).hasContent(STATUS.formatted("2") + FONT);
        assertThat(upper("etc/group"))
                .hasContent("root:x:0:\nadm:x:4:me\ntheirs:x:5:\nmine:x:900:\n");
        assertThat(changes("2")).containsExactly(font.getFirst(), "changed /etc/group 45");
    }

    @Test
    void aPackageThatTheUserRemovedStaysRemovedInTheMergedList() throws Exception {
        file(published("1"), "var/lib/dpkg/status", STATUS.formatted("1") + FONT);
        file(published("2"), "var/lib/dpkg/status", STATUS.formatted("2") + FONT);
        customise("var/lib/dpkg/status", STATUS.formatted("1"));
        prepare(LAYER, "2", "kept");
        assertThat(upper("var/lib/dpkg/status")).hasContent(STATUS.formatted("2"));
    }

    @Test
    void pathsAreTakenBackOnceAndNoOthers() throws Exception {
        customise("etc/a", "", "etc/b c", "", "etc/d/e", "", "etc/d/f", "");
        prepare(LAYER, "1", "kept", "7:/etc/b%20c,/etc/d,/etc/../../../home,/nothing");
        assertThat(changes("1")).containsExactly("taken-back 7", "added /etc/a 0");
        assertThat(personal.resolve("home")).exists();
        file(upper(""), "etc/d/e", "again");
        prepare(LAYER, "1", "kept", "7:/etc/d");
        assertThat(changes("1"))
                .containsExactly("taken-back 7", "added /etc/a 0", "added /etc/d/e 5");
    }

    @Test
    void allIsTakenBackAndTheHomeStays() throws Exception {
        file(personal, "home/plan.dxf", "lines");
        customise("etc/a", "");
        prepare(NO_LAYER, "1", "kept", "3:all");
        assertThat(changes("1")).containsExactly("taken-back 3");
        assertThat(upper("")).doesNotExist();
        assertThat(personal.resolve("home/plan.dxf")).hasContent("lines");
    }

    @Test
    void aLinkOfTheLayerIsNotFollowedWhenPathsAreTakenBack() throws Exception {
        file(personal, "home/plan.dxf", "lines");
        customise("etc/a", "");
        Files.createSymbolicLink(upper("etc/out"), personal.resolve("home"));
        prepare(LAYER, "1", "kept", "3:/etc/out/plan.dxf");
        assertThat(personal.resolve("home/plan.dxf")).hasContent("lines");
    }

    @Test
    void aDiskThatIsAHomeIsArrangedWhenItIsCustomised() throws Exception {
        Files.delete(personal.resolve(".carryall"));
        Files.delete(personal.resolve("home"));
        file(personal, "home/plan.dxf", "of a folder of the user's that is called home");
        file(personal, ".config/app", "settings");
        prepare(NO_LAYER, "1", "kept");
        assertThat(personal.resolve(".config/app")).exists();
        prepare(LAYER, "1", "customise");
        prepare(LAYER, "1", "customise");
        assertThat(personal.resolve("home/.config/app")).hasContent("settings");
        assertThat(personal.resolve("home/home/plan.dxf")).exists();
        assertThat(personal).isDirectoryNotContaining("glob:**/.config");
    }

    @Test
    void anArrangingThatWasKilledGoesOn() throws Exception {
        Files.delete(personal.resolve(".carryall"));
        Files.delete(personal.resolve("home"));
        file(personal, ".carryall-home/moved", "1");
        file(personal, "notYet", "2");
        prepare(LAYER, "1", "customise");
        assertThat(personal.resolve("home/moved")).hasContent("1");
        assertThat(personal.resolve("home/notYet")).hasContent("2");
    }

    @Test
    void aLongListComesInPieces() throws Exception {
        customise();
        for (int i = 0; i < 2100; i++) {
            file(upper(""), "etc/many/%04d".formatted(i), "");
        }
        StringBuilder all = new StringBuilder();
        while (all.indexOf("\nend\n") < 0) {
            Said said = run("changes", published("1"), Integer.toString(all.length()));
            assertThat(said.output()).isNotEmpty().hasSizeLessThanOrEqualTo(1 << 14);
            all.append(said.output());
        }
        assertThat(all.toString().lines().filter(line -> line.startsWith("added"))).hasSize(2000);
        assertThat(all).endsWith("more 100\nend\n");
    }
}
