package carryall.hypervisor;

import java.nio.file.Path;

/// Where the guest's first instructions come from.
public sealed interface Boot {
    /// The firmware starts the first disk.
    record Disk() implements Boot {}

    /// The guest runs already, and its kernel is not here yet: QEMU ends when it restarts.
    record Later() implements Boot {}

    /// A Linux kernel is put into memory directly.
    ///
    /// @param kernel a bzImage
    /// @param initrd its initial RAM disk
    /// @param commandLine what the kernel is told; printable ASCII, at most 2,047 characters
    record Kernel(Path kernel, Path initrd, String commandLine) implements Boot {
        public Kernel {
            if (commandLine.length() > 2047
                    || !commandLine.chars().allMatch(c -> c >= 0x20 && c < 0x7f)) {
                throw new IllegalArgumentException("kernel command line: " + commandLine);
            }
        }
    }
}
