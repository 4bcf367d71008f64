package carryall.hypervisor;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// One running QEMU. Safe for many threads. QEMU ends at the latest with this process.
public final class Qemu implements AutoCloseable {
    private Qemu() {}

    /// Starts a virtual machine in its jail; it runs when this returns.
    ///
    /// @param directory where QEMU makes its sockets; made by the caller, mode 0700; its path at
    ///   most 80 bytes long
    /// @param events told of each [QemuEvent], in order, on one thread; must not block
    /// @throws HypervisorException if QEMU is missing, the jail forbidden, or QEMU ended at once
    public static Qemu start(VirtualMachine machine, Path directory, Consumer<QemuEvent> events)
            throws HypervisorException {
        throw new UnsupportedOperationException(machine + " " + directory + " " + events);
    }

    /// The process id of QEMU itself, as the host sees it.
    public long pid() {
        throw new UnsupportedOperationException();
    }

    /// QEMU's own version, such as `7.2.22`.
    public String version() {
        throw new UnsupportedOperationException();
    }

    /// The unix socket that speaks RFB (VNC), without password: whoever may open it may look.
    public Path vncSocket() {
        throw new UnsupportedOperationException();
    }

    /// The unix socket of the guest's first serial port. One client at a time.
    public Path consoleSocket() {
        throw new UnsupportedOperationException();
    }

    /// Writes what the screen shows as PNG.
    ///
    /// @param png replaced as a whole
    public void screenshot(Path png) throws HypervisorException {
        throw new UnsupportedOperationException("" + png);
    }

    /// Presses and releases keys together.
    ///
    /// @param keys QEMU key codes (`QKeyCode`), such as `ctrl`, `s`
    public void press(String... keys) throws HypervisorException {
        throw new UnsupportedOperationException("" + keys.length);
    }

    /// Presses the power button: the guest may shut down, or not.
    public void pressPowerButton() throws HypervisorException {
        throw new UnsupportedOperationException();
    }

    /// Goes on after a pause for an error on a disk.
    public void goOn() throws HypervisorException {
        throw new UnsupportedOperationException();
    }

    /// The agent inside the guest; it may not be there.
    public GuestAgent agent() {
        throw new UnsupportedOperationException();
    }

    /// Completed with QEMU's last words (at most 4 KiB) and exit code when it ended, for whatever
    /// reason.
    public CompletableFuture<Ended> ended() {
        throw new UnsupportedOperationException();
    }

    /// How QEMU ended.
    ///
    /// @param exitCode 0 after a shutdown; 128 + n after signal n
    public record Ended(int exitCode, String lastWords) {}

    /// Flushes the disks and ends QEMU without asking the guest; kills it after `patience`.
    public void quit(Duration patience) {
        throw new UnsupportedOperationException("" + patience);
    }

    /// Kills QEMU at once.
    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
