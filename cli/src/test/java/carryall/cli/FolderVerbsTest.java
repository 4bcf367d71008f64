package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.machine.MachineName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The verbs upon folders by transcript, as far as they need no QEMU.
final class FolderVerbsTest {
    @TempDir private Path temp;
    private Session session = new Session(Path.of(""), 0);
    private Path drawings = Path.of("");

    @BeforeEach
    void begin() throws IOException {
        session = new Session(temp, 0);
        session.sharing("plans");
        drawings = Files.createDirectory(temp.resolve("Drawings")).toRealPath();
    }

    private Path file() {
        return session.machines().folder(new MachineName("plans")).resolve("folders.json");
    }

    @Test
    void aFolderIsGrantedListedShownAndTakenAway() throws IOException {
        assertThat(session.type("folder ls").returned(0).errors())
                .isEqualTo(
                        "No folder is granted. Grant one with `carryall folder add NAME DIR`.\n");
        assertThat(session.type("folder add plans " + drawings).returned(0).output())
                .isEqualTo("plans has the folder Drawings when it is opened.\n");
        assertThat(
                        session.type(
                                        "folder add plans "
                                                + drawings
                                                + " --as again --read-only --json")
                                .returned(0)
                                .output())
                .isEqualTo(
                        "{\"name\":\"plans\",\"folder\":\"again\",\"mounted\":\"at_next_start\"}\n");
        assertThat(file())
                .hasContent(
                        ("{\"format\":1,\"folders\":[{\"name\":\"Drawings\",\"directory\":\"%1$s\","
                                        + "\"access\":\"read-write\"},{\"name\":\"again\",\"directory\":"
                                        + "\"%1$s\",\"access\":\"read-only\"}]}\n")
                                .formatted(drawings));
        assertThat(session.type("folder ls").returned(0).output())
                .isEqualTo(
                        """
                        NAME   FOLDER    ACCESS      DIRECTORY
                        plans  Drawings  read-write  %1$s
                        plans  again     read-only   %1$s
                        """
                                .formatted(drawings));
        assertThat(session.type("show plans").returned(0).output())
                .contains("folders           again  " + drawings + "  read-only\n");
        assertThat(session.type("folder rm plans Drawings").returned(0).output())
                .isEqualTo("plans has the folder Drawings no more.\n");
        assertThat(session.type("folder ls plans --json").returned(0).output())
                .isEqualTo(
                        ("{\"folders\":[{\"name\":\"plans\",\"folder\":\"again\",\"directory\":\"%s\","
                                        + "\"access\":\"read-only\"}]}\n")
                                .formatted(drawings));
        assertThat(session.type("show plans --json").returned(0).output())
                .contains("\"folders\":[{\"folder\":\"again\",");
        assertThat(drawings).isDirectory();
    }

    @Test
    void aFolderThatIsNamedByALinkIsGrantedItself() throws IOException {
        Files.createSymbolicLink(temp.resolve("link"), drawings);
        session.type("folder add plans " + temp.resolve("link")).returned(0);
        assertThat(session.type("folder ls").returned(0).output())
                .contains("plans  link    read-write  " + drawings + "\n");
    }

    @Test
    void whatMustNotBeGrantedIsRefused() throws IOException {
        Path home = session.machines().home();
        Path file = Files.writeString(temp.resolve("file"), "");
        refused("/ --as host", Exit.USAGE, "/ cannot be granted: it is the whole host");
        refused(temp + "/none", Exit.MISSING, "there is no folder " + temp + "/none");
        refused(file + "", Exit.USAGE, file + " cannot be granted: it is not a folder");
        refused(
                home + "",
                Exit.USAGE,
                home + " cannot be granted: it lies in the state directory " + home);
        refused(
                home + "/machines",
                Exit.USAGE,
                home + "/machines cannot be granted: it lies in the state directory " + home);
        refused(
                temp + "",
                Exit.USAGE,
                temp + " cannot be granted: the state directory " + home + " lies in it");
        refused(
                drawings + " --as .hidden",
                Exit.USAGE,
                "'.hidden' cannot be a folder's name in a machine");
        session.type("folder add plans " + drawings).returned(0);
        refused(drawings + "", Exit.BUSY, "plans has a folder Drawings already");
        assertThat(session.type("folder rm plans other").returned(Exit.MISSING).errors())
                .isEqualTo(
                        "carryall: plans has no folder other\n  → see `carryall folder ls plans`\n");
    }

    private void refused(String words, int exitCode, String found) {
        assertThat(session.type("folder add plans " + words).returned(exitCode).errors())
                .startsWith("carryall: " + found)
                .contains("\n  → ");
    }

    @Test
    void aMachineWhoseGuestTakesNoFoldersGetsNone() throws IOException {
        session.machine("old");
        assertThat(session.type("folder add old " + drawings).returned(Exit.USAGE).errors())
                .startsWith(
                        "carryall: the system in old is not known to take folders of this host");
        assertThat(session.left()).doesNotContain("machines/old/folders.json");
    }

    @Test
    void damagedGrantsAreNotTouched() throws IOException {
        Files.writeString(
                file(),
                "{\"format\":1,\"folders\":[{\"name\":\"a\",\"directory\":\"/x\",\"access\":\"all\"}]}");
        String said = file() + " is damaged: access is all";
        assertThat(session.type("folder ls plans").returned(Exit.DAMAGED).errors()).contains(said);
        assertThat(session.type("folder add plans " + drawings).returned(Exit.DAMAGED).errors())
                .contains(said);
        assertThat(session.type("show plans").returned(0).output()).contains(said);
        assertThat(session.type("ls").returned(0).output()).contains("plans  stopped");
    }

    @Test
    void wrongWordsAreUsage() {
        assertThat(session.type("folder").returned(Exit.USAGE).errors())
                .contains("add, rm or ls")
                .endsWith("\n  → see `carryall folder --help`\n");
        assertThat(session.type("folder add plans").returned(Exit.USAGE).errors()).contains("DIR");
        assertThat(session.type("folder ls nosuch").returned(Exit.MISSING).errors())
                .contains("there is no machine nosuch");
        for (String verb : new String[] {"add", "rm", "ls"}) {
            String help = session.type("folder " + verb + " --help").returned(0).output();
            assertThat(help).startsWith("Usage: carryall folder " + verb).contains("Exit codes:");
            assertThat(help.lines()).allMatch(line -> line.length() <= 80);
        }
    }
}
