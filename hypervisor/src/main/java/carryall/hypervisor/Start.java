package carryall.hypervisor;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// How a virtual machine begins.
public sealed interface Start {
    /// With its firmware, as when a computer is switched on.
    record Boot(Set<String> unplugged) implements Start {
        /// @param unplugged serials of disks that [Qemu#plug] adds later
        public Boot {
            unplugged = Set.copyOf(unplugged);
        }

        /// With all its disks.
        public Boot() {
            this(Set.of());
        }
    }

    /// Where it was saved: with the same hardware, and with disks that hold what they held then.
    ///
    /// @param devices what [Qemu#save] wrote
    /// @param image what the pages lie over, mapped copy-on-write where QEMU can; empty for memory
    ///   of zeros
    /// @param pages those that differ from the image
    /// @param unplugged serials of disks that were not there, and that [Qemu#plug] adds
    record Resume(
            Path devices, Optional<MemoryImage> image, MemorySource pages, Set<String> unplugged)
            implements Start {
        public Resume {
            unplugged = Set.copyOf(unplugged);
        }
    }
}
