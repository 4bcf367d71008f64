package carryall.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Folders of the host in machines that run, sleep and share them. `anna` runs all the time; each
/// test grants her a folder of its own.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class FolderTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int BUSY = 4;

    private Path ours = Path.of("");
    private Path folder = Path.of("");
    private Command command = Command.over(Path.of(""));

    @BeforeAll
    void runAnna(@TempDir Path temporary) throws Exception {
        ours = temporary.toRealPath();
        command = Command.over(ours.resolve("home"));
        SharingLinux.add(command.home(), ours.resolve("work"));
        TinyLinux.run(command, "anna", SharingLinux.APPLIANCE, "--name", "anna");
    }

    @BeforeEach
    void makeFolder(TestInfo test) throws Exception {
        String name = test.getTestMethod().orElseThrow().getName();
        folder = Files.createDirectories(ours.resolve("folders").resolve(name));
    }

    @AfterAll
    void endAll() throws Exception {
        command.stopAll();
    }

    private void add(String machine, String name, String... more) throws Exception {
        List<String> words =
                new java.util.ArrayList<>(
                        List.of("folder", "add", machine, folder.toString(), "--as", name));
        words.addAll(List.of(more));
        assertThat(command.run(words.toArray(String[]::new)).succeeded().output())
                .isEqualTo(machine + " has the folder " + name + ", at /media/" + name + ".\n");
    }

    @Test
    void whatTheGuestWritesTheHostReadsAndTheOtherWay() throws Exception {
        Files.writeString(folder.resolve("host"), "from the host");
        add("anna", "drawings");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            assertThat(console.ask("cat /home/user/drawings/host")).contains("from the host");
            console.ask("cd /media/drawings; mkdir d; echo from the guest >d/guest; cd /");
            assertThat(folder.resolve("d/guest")).hasContent("from the guest");
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve("d/guest"))))
                    .isEqualTo("rw-r--r--");
            assertThat(Files.getOwner(folder.resolve("d/guest"))).isEqualTo(Files.getOwner(folder));
            assertThat(console.ask("stat -c '%u:%g' /media/drawings/host")).contains("1000:1000");
            console.ask(
                    "dd if=/dev/urandom of=/tmp/r bs=1M count=8; cp /tmp/r /media/drawings/big;"
                            + " echo 3 >/proc/sys/vm/drop_caches; cmp /tmp/r /media/drawings/big");
            Files.writeString(folder.resolve("later"), "seen soon");
            console.ask("until [ -e /media/drawings/later ]; do usleep 100000; done");
            console.ask("mv /media/drawings/later /media/drawings/moved; rm -r /media/drawings/d");
        }
        assertThat(folder.resolve("moved")).hasContent("seen soon");
        assertThat(folder.resolve("d")).doesNotExist();
        assertThat(folder.resolve("big")).hasSize(8 << 20);
        assertThat(command.run("show", "anna").succeeded().output())
                .containsPattern("folders +drawings +" + folder + " +read-write");
    }

    @Test
    void whatIsReadOnlyStaysSoWhateverTheGuestDoes() throws Exception {
        Files.writeString(folder.resolve("plan"), "as it was");
        add("anna", "readonly", "--read-only");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("mkdir /own; mount -o remount,rw /media/readonly; true");
            console.ask(
                    "mount -i -t nfs -o rw,vers=3,proto=tcp,mountproto=tcp,port=663,mountport=663,"
                            + "addr=127.0.0.1,nolock 127.0.0.1:/readonly /own");
            for (String place : List.of("/media/readonly", "/own")) {
                console.ask("grep -q 'as it was' " + place + "/plan");
                console.ask("! echo x >" + place + "/plan && ! rm -f " + place + "/plan");
                console.ask("! touch " + place + "/new && ! chmod 777 " + place + "/plan");
            }
            console.ask("umount /own");
        }
        assertThat(folder.resolve("plan")).hasContent("as it was");
        assertThat(folder.toFile().list()).containsExactly("plan");
    }

    @Test
    void nothingOutsideTheFolderIsReached() throws Exception {
        Path secret = Files.writeString(folder.resolveSibling("secret"), "outside");
        Files.createSymbolicLink(folder.resolve("up"), secret);
        Files.createSymbolicLink(folder.resolve("relative"), Path.of("../secret"));
        Files.createDirectory(folder.resolve("d"));
        add("anna", "inside");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("ls -l /media/inside | grep -q relative");
            for (String way :
                    List.of("up", "relative", "../secret", "d/../../secret", "..", "d/../..")) {
                console.ask("! grep -rs outside /media/inside/" + way + "/. /media/inside/" + way);
            }
            console.ask("mkdir -p /own");
            for (String path : List.of("inside/..", "inside/up", "..", "", "other")) {
                console.ask(
                        "! mount -i -t nfs -o vers=3,proto=tcp,mountproto=tcp,port=663,"
                                + "mountport=663,addr=127.0.0.1,nolock '127.0.0.1:/"
                                + path
                                + "' /own");
            }
            // Whoever is not root is not let in at all.
            console.ask("! su -s /bin/sh nobody -c 'nc -w 2 127.0.0.1 663 </dev/null | grep .'");
        }
        assertThat(secret).hasContent("outside");
    }

    @Test
    void aFolderIsTakenAwayWhileAProgramHasItOpen() throws Exception {
        Files.writeString(folder.resolve("plan"), "first\nsecond\n");
        add("anna", "taken");
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("exec 5>/media/taken/open; echo one >&5; cd /media/taken");
            assertThat(command.run("folder", "rm", "anna", "taken").succeeded().output())
                    .isEqualTo("anna has the folder taken no more.\n");
            assertThat(folder.resolve("open")).hasContent("one");
            console.ask("! ls /media/taken/plan && ! [ -L /home/user/taken ]");
            console.ask("echo two >&5; exec 5>&-; ! cat plan; cd /");
        }
        assertThat(folder.resolve("open")).hasContent("one");
        assertThat(command.run("folder", "ls", "anna", "--json").succeeded().output())
                .doesNotContain("taken");
        assertThat(command.run("folder", "add", "anna", folder + "/none").exitCode()).isEqualTo(3);
        add("anna", "taken");
        assertThat(
                        command.run("folder", "add", "anna", folder.toString(), "--as", "taken")
                                .exitCode())
                .isEqualTo(BUSY);
    }

    @Test
    void anOpenFileGoesOnAfterASleepAlsoElsewhereAndTwoMachinesShareAFolder() throws Exception {
        command.run("run", SharingLinux.APPLIANCE, "--name", "bob", "--detach").succeeded();
        // Granted while the guest comes up: it has it when it is up.
        command.run("folder", "add", "bob", folder.toString(), "--as", "shared").succeeded();
        add("anna", "both");
        try (GuestConsole console = GuestConsole.of(command, "bob")) {
            console.ask(
                    "until [ -d /media/shared/. ] && [ -L /home/user/shared ]; do sleep 1; done");
            console.ask(
                    "(i=0; while :; do i=$((i+1)); echo $i; usleep 50000; done >/media/shared/log)"
                            + " & writer=$!");
        }
        Path log = folder.resolve("log");
        Waiting.until("it writes", PATIENCE, () -> Files.exists(log) && Files.size(log) > 50);
        command.run("suspend", "bob").succeeded();
        String before = Files.readString(log);
        try (GuestConsole console = GuestConsole.of(command, "anna")) {
            console.ask("[ $(wc -l </media/both/log) -gt 5 ]; echo hello >/media/both/anna");
        }
        // As on another host: the folder lies elsewhere.
        Path moved = Files.move(folder, folder.resolveSibling("moved"));
        command.run("folder", "rm", "bob", "shared").succeeded();
        command.run("folder", "add", "bob", moved.toString(), "--as", "shared").succeeded();
        command.run("resume", "bob", "--detach").succeeded();
        assertThat(command.listed("bob").get("opening")).isEqualTo("resuming state 1");
        Path goesOn = moved.resolve("log");
        Waiting.until("it goes on", PATIENCE, () -> Files.size(goesOn) > before.length() + 50);
        try (GuestConsole console = GuestConsole.of(command, "bob")) {
            console.ask("grep -q hello /media/shared/anna");
            console.ask("kill $writer; wait $writer; sync");
        }
        List<String> lines = Files.readAllLines(goesOn);
        assertThat(lines)
                .isEqualTo(
                        IntStream.rangeClosed(1, lines.size())
                                .mapToObj(Integer::toString)
                                .toList());

        command.run("clone", "bob", "carl").succeeded();
        assertThat(command.run("folder", "ls", "carl").succeeded().output())
                .contains(moved.toString());
        command.run("stop", "bob").succeeded();
        TinyLinux.run(command, "bob", "bob");
        try (GuestConsole console = GuestConsole.of(command, "bob")) {
            console.ask("until [ -s /media/shared/log ]; do sleep 1; done");
        }
    }

    @Test
    void aFolderThatIsGoneIsSaidAndTheMachineOpens() throws Exception {
        command.run("run", SharingLinux.APPLIANCE, "--name", "dora", "--detach").succeeded();
        command.run("folder", "add", "dora", folder.toString(), "--as", "gone").succeeded();
        command.run("stop", "dora", "--patience", "0").succeeded();
        Files.delete(folder);
        TinyLinux.run(command, "dora", "dora");
        assertThat(command.run("logs", "dora").succeeded().output())
                .contains("folder gone is not served: there is no folder " + folder);
        command.run("folder", "rm", "dora", "gone").succeeded();
    }
}
