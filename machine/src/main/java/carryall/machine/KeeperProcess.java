package carryall.machine;

import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// A process that becomes the keeper of a machine when it is told to. Until then it holds nothing,
/// so that it can start while it is still being found out what is to be kept; and it ends with
/// whoever started it. One thread.
public final class KeeperProcess implements Closeable {
    /// The option of `keep` that names its door.
    public static final String DOOR = "--door";

    private static final AtomicInteger STARTED = new AtomicInteger();

    private final MachineName name;
    private final Path door;
    private final Path log;
    private final ServerSocketChannel listening;
    private final Instant started = Instant.now();
    private boolean isTold;

    private KeeperProcess(MachineName name, Path door, Path log, ServerSocketChannel listening) {
        this.name = name;
        this.door = door;
        this.log = log;
        this.listening = listening;
    }

    /// Starts one.
    ///
    /// @param name of the machine, which need not be there yet
    /// @param launcher the command that starts a keeper when the machine's name is added
    public static KeeperProcess start(Machines machines, MachineName name, List<String> launcher)
            throws MachineException {
        machines.makeHome();
        String own = "starting-" + ProcessHandle.current().pid() + "-" + STARTED.getAndIncrement();
        Path log = machines.home().resolve(own + ".log");
        try {
            Path door = RuntimeFolder.made().resolve(own);
            Files.deleteIfExists(door);
            KeeperProcess keeper =
                    new KeeperProcess(
                            name, door, log, ServerSocketChannel.open(StandardProtocolFamily.UNIX));
            try {
                keeper.start(machines, launcher);
                return keeper;
            } catch (IOException failure) {
                keeper.close();
                throw failure;
            }
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(log, failure);
        }
    }

    private void start(Machines machines, List<String> launcher) throws IOException {
        listening.bind(UnixDomainSocketAddress.of(door));
        listening.configureBlocking(false);
        List<String> command = new ArrayList<>(List.of("setsid", "--fork"));
        command.addAll(launcher);
        command.addAll(List.of(name.text(), DOOR, door.toString()));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CARRYALL_HOME", machines.home().toString());
        builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
        builder.redirectErrorStream(true);
        builder.redirectOutput(log.toFile());
        try {
            builder.start().waitFor();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new MachineException.StartFailed(name, "interrupted");
        }
    }

    /// The machine that it was started for.
    public MachineName name() {
        return name;
    }

    /// What it writes down of a run is younger.
    Instant started() {
        return started;
    }

    /// Makes what it says the log of the machine, which is there now.
    void logTo(MachineFolder files) throws IOException {
        Files.move(log, files.keeperLog(), StandardCopyOption.ATOMIC_MOVE);
    }

    /// Tells it to begin, as soon as it listens.
    ///
    /// @return whether it is told
    boolean tell() throws IOException {
        if (!isTold) {
            try (SocketChannel process = listening.accept()) {
                isTold = process != null && process.write(ByteBuffer.allocate(1)) == 1;
            }
        }
        return isTold;
    }

    /// Waits, in the process itself, until it is told to begin.
    ///
    /// @param door as the option says
    /// @return false if whoever started it needs it no more
    public static boolean awaitWord(Path door) {
        try (SocketChannel starter = SocketChannel.open(UnixDomainSocketAddress.of(door))) {
            return starter.read(ByteBuffer.allocate(1)) == 1;
        } catch (IOException gone) {
            return false;
        }
    }

    /// Lets it end, unless it was told to begin.
    @Override
    public void close() {
        try {
            listening.close();
            Files.deleteIfExists(door);
            Files.deleteIfExists(log);
        } catch (IOException leftBehind) {
            // Nothing more than an empty file.
        }
    }
}
