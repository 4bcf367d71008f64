package carryall.hypervisor;

import java.nio.file.Path;

/// Where QEMU reads an image from that it only reads.
public sealed interface DiskSource {
    /// A file of the host.
    record File(Path path) implements DiskSource {}

    /// An export of an NBD server on this host, which may let a read wait.
    ///
    /// @param socket a unix socket that everybody may connect to who sees it
    /// @param export its name
    record Export(Path socket, String export) implements DiskSource {}
}
