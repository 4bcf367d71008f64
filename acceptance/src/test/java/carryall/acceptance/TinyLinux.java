package carryall.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// A guest that is up in seconds: Debian's kernel for clouds, and busybox as all the rest. It says
/// `tiny: ready` on its serial console, where a root shell answers; another one is on the screen.
/// Its personal disk is at `/home`. The power button shuts it down, unless there is a file `/deaf`.
final class TinyLinux {
    /// What it says when it is up.
    static final String READY = "tiny: ready";

    private static final Duration BOOT = Duration.ofSeconds(90);

    /// In the order in which each finds those it needs.
    private static final List<String> MODULES =
            List.of(
                    "virtio/virtio_ring",
                    "virtio/virtio",
                    "virtio/virtio_pci_legacy_dev",
                    "virtio/virtio_pci_modern_dev",
                    "virtio/virtio_pci",
                    "block/virtio_blk",
                    "acpi/button",
                    "input/evdev");

    private static final String INIT =
            """
            #!/bin/busybox sh
            /bin/busybox --install -s /bin
            mount -t proc proc /proc
            mount -t sysfs sys /sys
            mount -t devtmpfs dev /dev
            for module in @MODULES@; do
                insmod /modules/$module.ko || echo "tiny: no $module"
            done
            for disk in /sys/block/vd*; do
                case $(cat $disk/serial) in
                    personal) mount -t ext4 /dev/${disk##*/} /home ;;
                esac
            done
            for input in /sys/class/input/event*; do
                if [ "$(cat $input/device/name)" = 'Power Button' ]; then
                    (
                        # The first event of each press; it comes with three others.
                        while dd if=/dev/input/${input##*/} of=/dev/null bs=96 count=1; do
                            [ -e /deaf ] || { umount /home; sync; poweroff -f; }
                        done
                    ) 2>/dev/null &
                fi
            done
            export PS1='tiny# ' HOME=/home PATH=/bin
            cd /
            (while :; do setsid sh -c 'exec sh </dev/tty1 >/dev/tty1 2>&1'; done) &
            stty -F /dev/ttyS0 -echo
            echo 'tiny: ready'
            while :; do setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'; done
            """;

    private TinyLinux() {}

    /// Runs a machine of this guest, detached, until it is up.
    ///
    /// @param words beyond `run --detach`
    static void run(Command command, String machine, String... words) throws Exception {
        Path log = command.folder(machine).resolve("console.log");
        long before = starts(log);
        List<String> all = new ArrayList<>(List.of("run", "--detach"));
        all.addAll(List.of(words));
        command.run(all.toArray(String[]::new)).succeeded();
        awaitReady(log, before + 1);
    }

    /// Waits until a guest has come up for the `starts`th time.
    static void awaitReady(Path log, long starts) throws Exception {
        Waiting.until("the guest is up: " + log, BOOT, () -> starts(log) >= starts);
    }

    private static long starts(Path log) throws IOException {
        if (!Files.exists(log)) {
            return 0;
        }
        try (Stream<String> lines = Files.lines(log, StandardCharsets.ISO_8859_1)) {
            // Before it may stand the prompt of a run that was killed.
            return lines.filter(line -> line.contains(READY)).count();
        }
    }

    /// Writes a recipe folder whose image is this guest.
    static Path recipe(Path folder) throws IOException, InterruptedException {
        return recipe(folder, "1");
    }

    /// The same as another release, which its file `/release` names.
    static Path recipe(Path folder, String version) throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Path kept = kept();
        GrubDisk.write(
                folder.resolve("tiny.raw"),
                List.of("linux", "boot"),
                """
                linux %s console=tty0 console=ttyS0 quiet panic=1 mitigations=off
                initrd %s
                boot
                """,
                List.of(kept.resolve("kernel"), initramfs(folder, kept, version)));
        Files.writeString(
                folder.resolve("recipe.yaml"),
                """
                name: tiny
                version: "%s"
                title: Tiny Linux
                summary: A kernel and a shell.
                image: tiny.raw
                memory: 128MiB
                cpus: 1
                profile: modern
                personal: 64MiB
                """
                        .formatted(version),
                StandardCharsets.UTF_8);
        return folder;
    }

    /// Writes what it boots from without a disk.
    ///
    /// @param folder for what it is made of
    static void bootFiles(Path folder, Path kernel, Path initrd)
            throws IOException, InterruptedException {
        Files.createDirectories(folder);
        Files.copy(kept().resolve("kernel"), kernel);
        Files.move(initramfs(folder, kept(), "1"), initrd);
    }

    /// Where kernel and modules of Debian's package are kept from run to run.
    private static Path kept() throws IOException, InterruptedException {
        Path folder = Command.repository().resolve(".carryall/tiny-linux");
        if (Files.exists(folder.resolve("kernel"))) {
            return folder;
        }
        Path part = folder.resolveSibling("tiny-linux.part");
        List<String> arguments = new ArrayList<>(List.of(part.toString()));
        arguments.addAll(MODULES);
        Tool.script(
                """
                rm -rf "$1"
                mkdir -p "$1"
                cd "$1"
                fetch() {
                    apt-get -q -o APT::Sandbox::User=root download \\
                        "$(apt-cache depends --important linux-image-cloud-amd64 |
                            sed -n 's/.*Depends: \\(linux-image-[0-9].*\\)/\\1/p')"
                }
                fetch || { apt-get -q update; fetch; }
                dpkg-deb -x linux-image-*.deb root
                cp root/boot/vmlinuz-* kernel
                mkdir modules
                shift
                for module; do
                    cp root/lib/modules/*/kernel/drivers/$module.ko modules/
                done
                rm -r root linux-image-*.deb
                """,
                arguments.toArray(String[]::new));
        Files.move(part, folder);
        return folder;
    }

    private static Path initramfs(Path folder, Path kept, String version)
            throws IOException, InterruptedException {
        Path root = folder.resolve("root");
        for (String name : List.of("bin", "dev", "proc", "sys", "home", "modules")) {
            Files.createDirectories(root.resolve(name));
        }
        Files.copy(Path.of("/bin/busybox"), root.resolve("bin/busybox"));
        try (Stream<Path> modules = Files.list(kept.resolve("modules"))) {
            for (Path module : modules.toList()) {
                Files.copy(module, root.resolve("modules").resolve(module.getFileName()));
            }
        }
        Files.writeString(root.resolve("release"), version + "\n", StandardCharsets.UTF_8);
        String modules =
                String.join(" ", MODULES.stream().map(m -> m.replaceAll(".*/", "")).toList());
        Path init = root.resolve("init");
        Files.writeString(init, INIT.replace("@MODULES@", modules), StandardCharsets.UTF_8);
        Files.setPosixFilePermissions(init, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path archive = folder.resolve("initramfs");
        Tool.script(
                "cd \"$1\"; find . | busybox cpio -o -H newc | gzip -1 >\"$2\"",
                root.toString(),
                archive.toString());
        return archive;
    }
}
