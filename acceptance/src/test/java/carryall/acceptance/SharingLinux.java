package carryall.acceptance;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.Scratch;
import carryall.appliance.Sharing;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.Network;
import carryall.hypervisor.Profile;
import carryall.machine.Machines;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A guest such as [TinyLinux] that takes folders: with the NFS client of Debian's kernel, QEMU's
/// agent, Perl, and those scripts of ours that guests from Debian have for it. A root shell is on
/// its serial console; its personal disk is at `/home/user`.
final class SharingLinux {
    static final String APPLIANCE = "local/sharing";
    private static final ByteSize MEMORY = ByteSize.mebibytes(160);

    /// In the order in which each finds those it needs.
    private static final List<String> MODULES =
            List.of(
                    "drivers/virtio/virtio_ring",
                    "drivers/virtio/virtio",
                    "drivers/virtio/virtio_pci_legacy_dev",
                    "drivers/virtio/virtio_pci_modern_dev",
                    "drivers/virtio/virtio_pci",
                    "drivers/block/virtio_blk",
                    "drivers/char/virtio_console",
                    "net/sunrpc/sunrpc",
                    "fs/nfs_common/grace",
                    "fs/lockd/lockd",
                    "fs/netfs/netfs",
                    "fs/fscache/fscache",
                    "fs/nfs_common/nfs_acl",
                    "fs/nfs/nfs",
                    "fs/nfs/nfsv3");

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
            ip link set lo up
            mount -t ext4 /dev/vdb /home/user
            export PS1='tiny# ' HOME=/home/user PATH=/bin
            cd /
            stty -F /dev/ttyS0 -echo
            for name in /sys/class/virtio-ports/*/name; do
                [ $(cat $name) != org.qemu.guest_agent.0 ] || port=$(basename ${name%/name})
            done
            (while :; do folder-relay; sleep 1; done) &
            (while :; do qemu-ga -m virtio-serial -p /dev/$port -t /run; sleep 1; done) &
            echo 'tiny: ready'
            while :; do setsid sh -c 'exec sh </dev/ttyS0 >/dev/ttyS0 2>&1'; done
            """;

    /// What the agent calls.
    private static final String SHUTDOWN =
            """
            #!/bin/busybox sh
            umount -a -t nfs -l
            umount /home/user
            sync
            poweroff -f
            """;

    private SharingLinux() {}

    /// Adds the appliance [#APPLIANCE] to those of a state directory.
    ///
    /// @param work for what it is made of
    static InstalledAppliance add(Path home, Path work) throws IOException, InterruptedException {
        Machines machines = new Machines(home);
        try (BuildFolder folder = machines.appliances().newFolder(_ -> {})) {
            Path out = folder.path();
            Files.copy(kept().resolve("kernel"), out.resolve(Appliance.Part.KERNEL.fileName()));
            initramfs(work, out.resolve(Appliance.Part.INITRD.fileName()));
            Files.write(out.resolve(Appliance.Part.SYSTEM.fileName()), new byte[1 << 20]);
            Path personal = out.resolve(Appliance.Part.PERSONAL.fileName());
            Tool.run("mke2fs", "-q", "-t", "ext4", "-m", "0", personal.toString(), "64M");
            Map<Appliance.Part, Appliance.Content> parts = new EnumMap<>(Appliance.Part.class);
            for (Appliance.Part part : Appliance.Part.values()) {
                Path file = out.resolve(part.fileName());
                if (Files.exists(file)) {
                    parts.put(
                            part,
                            new Appliance.Content(new ByteSize(Files.size(file)), Digest.of(file)));
                }
            }
            return machines.appliances().add(folder, description(parts));
        }
    }

    private static Appliance description(Map<Appliance.Part, Appliance.Content> parts) {
        return new Appliance(
                ApplianceName.parse(APPLIANCE),
                "1",
                "Sharing",
                "A kernel and a shell.",
                Profile.MODERN,
                Firmware.BIOS,
                MEMORY,
                1,
                Network.NONE,
                Scratch.DROP,
                Sharing.LINE,
                List.of(),
                Optional.of("console=ttyS0 quiet panic=1 mitigations=off"),
                Digest.of("sharing".getBytes(StandardCharsets.UTF_8)),
                Optional.empty(),
                parts);
    }

    /// Where kernel, modules and agent of Debian's packages are kept from run to run.
    private static Path kept() throws IOException, InterruptedException {
        Path folder = Command.repository().resolve(".carryall/sharing-linux");
        if (Files.exists(folder.resolve("kernel"))) {
            return folder;
        }
        Path part = folder.resolveSibling("sharing-linux.part");
        List<String> arguments = new java.util.ArrayList<>(List.of(part.toString()));
        arguments.addAll(MODULES);
        Tool.script(
                """
                rm -rf "$1"
                mkdir -p "$1"
                cd "$1"
                fetch() {
                    apt-get -q -o APT::Sandbox::User=root download qemu-guest-agent \\
                        "$(apt-cache depends --important linux-image-cloud-amd64 |
                            sed -n 's/.*Depends: \\(linux-image-[0-9].*\\)/\\1/p')"
                }
                fetch || { apt-get -q update; fetch; }
                for package in *.deb; do
                    dpkg-deb -x "$package" unpacked
                done
                cp unpacked/boot/vmlinuz-* kernel
                cp unpacked/usr/sbin/qemu-ga .
                mkdir modules
                shift
                for module; do
                    cp unpacked/lib/modules/*/kernel/$module.ko modules/
                done
                rm -r unpacked *.deb
                """,
                arguments.toArray(String[]::new));
        Files.move(part, folder);
        return folder;
    }

    /// Not compressed, which costs the guest more time than reading it.
    private static void initramfs(Path work, Path archive)
            throws IOException, InterruptedException {
        Path root = work.resolve("root");
        Path scripts = root.resolve("usr/lib/carryall");
        Files.createDirectories(scripts);
        for (String name : List.of("folders", "folder-relay")) {
            try (InputStream script =
                    Files.newInputStream(
                            Command.repository()
                                    .resolve("recipe/src/main/resources/carryall/recipe/guest")
                                    .resolve("usr/lib/carryall")
                                    .resolve(name))) {
                Files.copy(script, scripts.resolve(name));
            }
        }
        for (String name : List.of("app-ready", "awake")) {
            Files.writeString(scripts.resolve(name), "#!/bin/busybox sh\nexit 0\n");
        }
        String modules =
                String.join(" ", MODULES.stream().map(m -> m.replaceAll(".*/", "")).toList());
        Files.writeString(root.resolve("init"), INIT.replace("@MODULES@", modules));
        Files.createDirectories(root.resolve("sbin"));
        Files.writeString(root.resolve("sbin/shutdown"), SHUTDOWN);
        Tool.script(
                """
                kept=$2
                cd "$1"
                mkdir -p bin dev proc sys run tmp media home/user usr/bin etc
                cp -r "$kept/modules" .
                cp /bin/busybox bin/
                cp "$kept/qemu-ga" /usr/bin/perl usr/bin/
                ln -s /usr/lib/carryall/folder-relay bin/folder-relay
                ln -s /usr/bin/qemu-ga bin/qemu-ga
                for program in usr/bin/*; do
                    ldd "$program" | grep -o '/lib[^ ]*' | while read -r library; do
                        mkdir -p ".${library%/*}"
                        cp -L "$library" ".$library"
                    done
                done
                perl -e 'print "$_\\n" for @INC' | grep perl-base | while read -r folder; do
                    mkdir -p ".$folder"
                    cp -r "$folder/." ".$folder"
                done
                chmod 755 init sbin/shutdown usr/lib/carryall/*
                find . | busybox cpio -o -H newc >"$3" 2>/dev/null
                """,
                root.toString(), kept().toString(), archive.toString());
    }
}
