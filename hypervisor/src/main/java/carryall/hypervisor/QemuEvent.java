package carryall.hypervisor;

/// What QEMU reports by itself.
public sealed interface QemuEvent {
    /// The guest shut itself down or was told to; QEMU ends.
    record ShutDown(String reason) implements QemuEvent {}

    /// The guest restarted.
    record Reset() implements QemuEvent {}

    /// The guest was paused because the host could not do a disk request; nothing is lost, and
    /// [Qemu#goOn] repeats the request.
    ///
    /// @param disk the disk's serial
    /// @param reason the host's words
    record DiskPaused(String disk, boolean diskFull, String reason) implements QemuEvent {}

    /// The guest runs again after a pause.
    record WentOn() implements QemuEvent {}
}
