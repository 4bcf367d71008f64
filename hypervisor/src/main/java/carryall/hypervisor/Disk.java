package carryall.hypervisor;

import java.nio.file.Path;
import java.util.Optional;

/// One disk of a virtual machine. The guest finds it by its serial
/// (`/dev/disk/by-id/virtio-<serial>`).
///
/// @param serial 1 to 20 of `[a-z0-9-]`
/// @param file what is written to and, for [Format#QCOW2], what lies over `base`
/// @param format always stated, never guessed from the content
/// @param base the raw, read-only image under a qcow2 layer; empty for a raw disk
public record Disk(String serial, Path file, Format format, Optional<Path> base) {
    public Disk {
        if (!serial.matches("[a-z0-9-]{1,20}")) {
            throw new IllegalArgumentException("disk serial: " + serial);
        }
        if (format == Format.RAW && base.isPresent()) {
            throw new IllegalArgumentException("a raw disk has no base: " + file);
        }
    }

    /// How the bytes in a disk's file are to be read.
    public enum Format {
        RAW,
        QCOW2
    }
}
