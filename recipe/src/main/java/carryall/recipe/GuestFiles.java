package carryall.recipe;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The files of ours that build a guest or go into it: the resources of this package.
final class GuestFiles {
    static final String BUILD_SCRIPT = "build-debian";

    /// What is added to a root, under `guest/`; a test compares it with what is there.
    static final List<String> OVERLAY =
            List.of(
                    "etc/X11/Xwrapper.config",
                    "etc/initramfs-tools/scripts/local-bottom/carryall",
                    "etc/systemd/network/80-carryall.network",
                    "etc/systemd/system/carryall-app.service",
                    "etc/systemd/system/carryall-customised.service",
                    "etc/systemd/system/carryall-desktop.service",
                    "etc/systemd/system/carryall-folders.service",
                    "etc/systemd/system/carryall-old-home.service",
                    "etc/systemd/system/home-user.mount",
                    "etc/systemd/system/qemu-guest-agent.service.d/carryall.conf",
                    "etc/systemd/system/run-personal.mount",
                    "etc/systemd/system/serial-getty@ttyS0.service.d/carryall.conf",
                    "etc/udev/rules.d/80-carryall.rules",
                    "etc/xdg/openbox/carryall.xml",
                    "usr/lib/carryall/app-ready",
                    "usr/lib/carryall/awake",
                    "usr/lib/carryall/changes",
                    "usr/lib/carryall/desktop-ready",
                    "usr/lib/carryall/folder-relay",
                    "usr/lib/carryall/folders",
                    "usr/lib/carryall/forget",
                    "usr/lib/carryall/idle",
                    "usr/lib/carryall/layer.pl",
                    "usr/lib/carryall/merge",
                    "usr/lib/carryall/preload",
                    "usr/lib/carryall/session",
                    "usr/lib/carryall/settle",
                    "usr/lib/carryall/wipe");

    private GuestFiles() {}

    static byte[] bytes(String resource) {
        try (InputStream input = GuestFiles.class.getResourceAsStream(resource)) {
            if (input == null) {
                throw new IllegalStateException("a resource is missing: " + resource);
            }
            return input.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Writes all that is added to the root of one appliance.
    ///
    /// @param folder stands for the root of the guest
    static void write(Path folder, Recipe.Source.Debian debian) throws IOException {
        for (String name : OVERLAY) {
            Path file = folder.resolve(name);
            Files.createDirectories(file.getParent());
            Files.write(file, bytes("guest/" + name));
        }
        for (var text : debian.files().entrySet()) {
            Path file = folder.resolve(text.getKey().substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, text.getValue(), StandardCharsets.UTF_8);
        }
        Files.writeString(
                folder.resolve("usr/lib/carryall/app"),
                "#!/bin/sh\n# The app, as the recipe says.\nexec " + debian.command() + "\n",
                StandardCharsets.UTF_8);
    }
}
