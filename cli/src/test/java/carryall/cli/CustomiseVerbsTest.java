package carryall.cli;

import static org.assertj.core.api.Assertions.assertThat;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `customise`, `diff` and `reset --customisations` by transcript, as far as they need no QEMU.
final class CustomiseVerbsTest {
    private static final String SAID =
            """
            asked 2026-11-30T17:05:00Z
            changes 1
            mode kept
            package added fonts-mine 1.5-1 3 4096
            conflict /etc/motd
            changed /etc/motd 12
            removed /etc/%e2%80%aeissue 0
            more 7
            end
            """;

    @TempDir private Path temp;
    private Session session = new Session(Path.of(""), 0);

    @BeforeEach
    void begin() throws IOException {
        session = new Session(temp, 0);
        session.machine("plans");
    }

    private Path file(String name) {
        return session.machines().folder(new MachineName("plans")).resolve(name);
    }

    /// As the keeper leaves a machine that was customised.
    private void customised() throws IOException {
        String head = Files.readAllLines(file("head.json")).getFirst();
        String line = head.substring(0, head.length() - 1) + ",\"customised\":{}}";
        String digest = Digest.of(line.getBytes(StandardCharsets.UTF_8)).text();
        Files.writeString(file("head.json"), line + "\n" + digest + "\n");
    }

    @Test
    void aMachineThatCannotBeCustomisedSaysWhatCould() {
        Session.Transcript typed = session.type("customise plans").returned(Exit.BUSY);
        assertThat(typed.output()).isEmpty();
        assertThat(typed.errors())
                .isEqualTo(
                        "carryall: plans is of release 1, which cannot keep customisations\n"
                                + "  → bring it to a release that can: `carryall update plans`, or"
                                + " build its recipe again\n");
    }

    @Test
    void diffOfWhatWasNeverCustomisedSaysHowToBegin() {
        Session.Transcript diff = session.type("diff plans").returned(Exit.DONE);
        assertThat(diff.output()).isEmpty();
        assertThat(diff.errors())
                .isEqualTo("plans has no customisations. Begin with: carryall customise plans\n");
        assertThat(session.type("diff plans --json").returned(Exit.DONE).output())
                .isEqualTo("{\"name\":\"plans\",\"customised\":false}\n");
    }

    @Test
    void diffListsPackagesFilesAndConflicts() throws IOException {
        customised();
        assertThat(session.type("diff plans").returned(Exit.DONE).errors())
                .isEqualTo(
                        "What was customised in plans is known when it has been opened again.\n");
        Files.writeString(file("changes.txt"), SAID);
        assertThat(session.type("diff plans").returned(Exit.DONE).output())
                .isEqualTo(
                        """
                        added     package fonts-mine 1.5-1, 4096 bytes in 3 files
                        changed   /etc/motd, 12 bytes
                        removed   /etc/\\u202eissue
                        and 7 more
                        conflict  /etc/motd: yours is in use; the publisher's new one is /etc/motd.published
                        """);
        assertThat(session.type("diff plans --json").returned(Exit.DONE).output())
                .isEqualTo(
                        "{\"name\":\"plans\",\"customised\":true,\"asked\":\"2026-11-30T17:05:00Z\","
                                + "\"packages\":[{\"change\":\"added\",\"name\":\"fonts-mine\","
                                + "\"version\":\"1.5-1\",\"files\":3,\"bytes\":4096}],"
                                + "\"files\":[{\"change\":\"changed\",\"path\":\"/etc/motd\","
                                + "\"bytes\":12},{\"change\":\"removed\","
                                + "\"path\":\"/etc/\\u202eissue\",\"bytes\":0}],\"more\":7,"
                                + "\"conflicts\":[{\"path\":\"/etc/motd\","
                                + "\"published\":\"/etc/motd.published\"}]}\n");
    }

    @Test
    void whatIsTakenBackIsSaidUntilItIs() throws IOException {
        customised();
        assertThat(
                        session.type("reset plans --customisations /etc/motd --yes")
                                .returned(Exit.DONE)
                                .output())
                .isEqualTo(
                        "The system of plans is as published; what it was is plans@1. Its next start"
                                + " takes back /etc/motd.\n");
        assertThat(session.type("diff plans").returned(Exit.DONE).errors())
                .endsWith("The next start takes back /etc/motd.\n");
        assertThat(
                        session.type("reset plans --customisations --yes --json")
                                .returned(Exit.DONE)
                                .output())
                .isEqualTo("{\"name\":\"plans\",\"replaced\":2}\n");
        assertThat(session.type("diff plans --json").returned(Exit.DONE).output())
                .endsWith("\"takenBackNext\":[\"/\"]}\n");
    }

    @Test
    void whatWasNeverCustomisedIsNotTakenBack() {
        Session.Transcript reset =
                session.type("reset plans --customisations --yes").returned(Exit.MISSING);
        assertThat(reset.errors())
                .isEqualTo(
                        """
                        carryall: plans has no customisations
                          → begin with `carryall customise plans`
                        """);
    }

    @Test
    void aPathMustBeAbsoluteAndNeedsTheOption() {
        for (String words : new String[] {"etc/motd", "/etc/../x", "/", "/etc/motd/"}) {
            assertThat(
                            session.type("reset plans --customisations " + words + " --yes")
                                    .returned(Exit.USAGE)
                                    .errors())
                    .contains("'" + words + "' is no absolute path, or has `..` in it");
        }
        assertThat(session.type("reset plans /etc/motd --yes").returned(Exit.USAGE).errors())
                .contains("a PATH needs --customisations");
    }
}
