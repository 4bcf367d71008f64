package carryall.cli;

/// Which Debian package brings a program.
final class Packages {
    private Packages() {}

    static String of(String program) {
        return switch (program) {
            case "qemu-system-x86_64" -> "qemu-system-x86";
            case "qemu-img" -> "qemu-utils";
            case "bwrap" -> "bubblewrap";
            case "qemu-storage-daemon" -> "qemu-system-common";
            case "mke2fs", "debugfs", "dumpe2fs", "e2fsck", "resize2fs" -> "e2fsprogs";
            case "setpriv", "prlimit", "unshare", "nsenter", "setsid" -> "util-linux";
            case "newuidmap" -> "uidmap";
            case "pasta" -> "passt";
            case "ip" -> "iproute2";
            case "fusermount3" -> "fuse3";
            case "OVMF" -> "ovmf";
            default -> program;
        };
    }
}
