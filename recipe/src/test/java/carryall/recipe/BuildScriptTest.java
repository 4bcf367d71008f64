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

/// The script `build-debian`, with a root that is there at once instead of one from Debian.
final class BuildScriptTest {
    @TempDir private Path temp;
    private Path victim = Path.of("");
    private Path work = Path.of("");
    private Path out = Path.of("");

    @BeforeEach
    void makeFolders() throws IOException {
        victim = Files.writeString(temp.resolve("file-of-the-host"), "untouched");
        work = Files.createDirectory(temp.resolve("work"));
        out = Files.createDirectory(temp.resolve("out"));
        Files.createDirectories(work.resolve("guest/usr/lib/carryall"));
        Files.writeString(work.resolve("guest/usr/lib/carryall/app"), "#!/bin/sh\n");
        Path early = work.resolve("guest/etc/initramfs-tools/scripts/local-bottom/carryall");
        Files.createDirectories(early.getParent());
        Files.writeString(early, "#!/bin/sh\n");
        Files.write(work.resolve("build-debian"), GuestFiles.bytes(GuestFiles.BUILD_SCRIPT));
        Files.createDirectories(work.resolve("programs"));
        program("chroot", "exit 0");
        program(
                "mmdebstrap",
                """
                for root; do case $root in */root) break ;; esac; done
                mkdir -p "$root/etc/skel" "$root/boot" "$root/home" "$root/usr/lib"
                echo kernel >"$root/boot/vmlinuz-1"
                echo initrd >"$root/boot/initrd.img-1"
                echo 'root:*:20000:0:99999:7:::' >"$root/etc/shadow"
                ln -s %s "$root/etc/localtime"
                """
                        .formatted(victim));
    }

    private void program(String name, String body) throws IOException {
        Path file = work.resolve("programs").resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private String build() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(NameSpace.command());
        command.addAll(List.of("sh", work.resolve("build-debian").toString()));
        command.addAll(List.of(work.toString(), out.toString(), "bookworm", "xterm"));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment()
                .put("PATH", work.resolve("programs") + ":/usr/sbin:/usr/bin:/sbin:/bin");
        builder.environment().putAll(DebianBuild.FIXED);
        builder.environment().put("PERSONAL_SIZE", Long.toString(8 << 20));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    @Test
    void aFileOfTheRecipeReplacesALinkInsteadOfWritingToTheHost()
            throws IOException, InterruptedException {
        Files.createDirectories(work.resolve("guest/etc"));
        Files.writeString(work.resolve("guest/etc/localtime"), "from the recipe");
        assertThat(build().lines().filter(line -> line.startsWith("step ")))
                .containsExactly("step packages", "step settings", "step disks", "step end");
        assertThat(victim).hasContent("untouched");
        assertThat(inSystem("cat /etc/localtime")).isEqualTo("from the recipe");
    }

    private String inSystem(String question) throws IOException, InterruptedException {
        Process process =
                new ProcessBuilder(Tools.find("debugfs"), "-R", question, out + "/system.raw")
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return said;
    }
}
