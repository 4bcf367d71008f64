package carryall.machine;

import java.nio.file.Path;
import java.time.Duration;

/// A conversation with the keeper of a running machine, through its unix socket.
/// `docs/formats/keeper.md` has the requests. One thread at a time.
public final class KeeperConnection implements AutoCloseable {
    KeeperConnection() {}

    public MachineStatus status() throws MachineException {
        throw new UnsupportedOperationException();
    }

    /// Writes what the screen shows as PNG.
    ///
    /// @param png replaced as a whole
    public void screenshot(Path png) throws MachineException {
        throw new UnsupportedOperationException("" + png);
    }

    /// Presses and releases keys together.
    ///
    /// @param keys QEMU key codes, such as `ctrl`, `s`
    public void press(String... keys) throws MachineException {
        throw new UnsupportedOperationException("" + keys.length);
    }

    /// Whether the app's window is on the screen, as the guest says.
    ///
    /// @param patience how long to wait for it
    public boolean appIsUp(Duration patience) throws MachineException {
        throw new UnsupportedOperationException("" + patience);
    }

    /// The unix socket that a VNC viewer opens.
    public Path vncSocket() throws MachineException {
        throw new UnsupportedOperationException();
    }

    /// The unix socket of the guest's serial console; the keeper relays and keeps the last 4 MiB.
    public Path consoleSocket() throws MachineException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
