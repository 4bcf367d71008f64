package carryall.recipe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GuestFilesTest {
    @TempDir private Path temp;

    @Test
    void theOverlayIsAllThatIsThere() throws IOException, URISyntaxException {
        Path guest = Path.of(Objects.requireNonNull(GuestFiles.class.getResource("guest")).toURI());
        try (Stream<Path> all = Files.walk(guest)) {
            assertThat(
                            all.filter(Files::isRegularFile)
                                    .map(file -> guest.relativize(file).toString())
                                    .toList())
                    .containsExactlyInAnyOrderElementsOf(GuestFiles.OVERLAY);
        }
    }

    @Test
    void theRootGetsOverlayFilesAndApp() throws IOException {
        GuestFiles.write(
                temp,
                new Recipe.Source.Debian(
                        "bookworm", List.of("xterm"), "xterm -e top", Map.of("/etc/motd", "hi\n")));
        assertThat(temp.resolve("etc/motd")).hasContent("hi\n");
        assertThat(temp.resolve("usr/lib/carryall/app"))
                .hasContent("#!/bin/sh\n# The app, as the recipe says.\nexec xterm -e top\n");
        for (String name : GuestFiles.OVERLAY) {
            assertThat(temp.resolve(name)).hasBinaryContent(GuestFiles.bytes("guest/" + name));
        }
    }

    @Test
    void everyScriptIsAccepted() throws IOException, InterruptedException {
        GuestFiles.write(
                temp, new Recipe.Source.Debian("bookworm", List.of("xterm"), "xterm", Map.of()));
        Path script = temp.resolve("build");
        Files.write(script, GuestFiles.bytes(GuestFiles.BUILD_SCRIPT));
        Path early = temp.resolve("etc/initramfs-tools/scripts/local-bottom/carryall");
        try (Stream<Path> scripts = Files.list(temp.resolve("usr/lib/carryall"))) {
            for (Path each : Stream.concat(scripts, Stream.of(script, early)).toList()) {
                boolean isPerl =
                        each.toString().endsWith(".pl")
                                || Files.readString(each).startsWith("#!/usr/bin/perl");
                String[] check = isPerl ? new String[] {"perl", "-c"} : new String[] {"sh", "-n"};
                Process shell = new ProcessBuilder(check[0], check[1], each.toString()).start();
                assertThat(shell.waitFor()).as(each.toString()).isZero();
            }
        }
    }
}
