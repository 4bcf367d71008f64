package carryall.hypervisor;

import java.nio.file.Path;

/// Finds out which accelerator really works here: `/dev/kvm` may open and yet hang every guest, so
/// that only a trial guest that ran to its end is believed.
public final class Accelerators {
    private final Path verdictFile;

    /// Remembers its findings in a file.
    ///
    /// @param verdictFile where the finding is remembered until QEMU, kernel or boot change
    public Accelerators(Path verdictFile) {
        this.verdictFile = verdictFile;
    }

    /// Which accelerator to use, and why.
    ///
    /// @param reason one line for people, such as `no /dev/kvm on this host`
    public record Verdict(Accelerator accelerator, String reason) {}

    /// Takes at most about five seconds the first time, nothing afterwards.
    ///
    /// @throws HypervisorException if not even a trial by software emulation could be started
    public Verdict choose() throws HypervisorException {
        throw new UnsupportedOperationException("trial guest, " + verdictFile);
    }
}
