package carryall.hypervisor;

import java.nio.file.Path;
import java.util.List;

/// One disk of a virtual machine: qcow2 layers over a raw image. The guest finds it by its serial
/// (`/dev/disk/by-id/virtio-<serial>`). Formats and order are stated here and never taken from what
/// the files say.
///
/// @param serial 1 to 20 of `[a-z0-9-]`
/// @param base the raw image at the bottom; only read
/// @param frozen the layers over it, the lowest first; only read
/// @param top the layer that is written to
public record Disk(String serial, DiskSource base, List<DiskSource> frozen, Path top) {
    /// One of files alone.
    public Disk(String serial, Path base, List<Path> frozen, Path top) {
        this(
                serial,
                new DiskSource.File(base),
                frozen.stream().<DiskSource>map(DiskSource.File::new).toList(),
                top);
    }

    public Disk {
        frozen = List.copyOf(frozen);
        if (!serial.matches("[a-z0-9-]{1,20}")) {
            throw new IllegalArgumentException("disk serial: " + serial);
        }
    }
}
