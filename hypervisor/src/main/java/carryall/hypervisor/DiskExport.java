package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A disk of a machine that does not run, as an export of an NBD server on a unix socket. The
/// layers are foreign, as a guest's QEMU wrote them, so QEMU's storage daemon reads them in a jail.
public final class DiskExport implements AutoCloseable {
    /// The export's name.
    public static final String NAME = "disk";

    private static final String SOCKET = "disk.sock";
    private static final String PROGRAM = "qemu-storage-daemon";
    private static final ByteSize MEMORY = ByteSize.mebibytes(4096);
    private static final ByteSize LARGEST_DISK = ByteSize.mebibytes(16L << 20);
    private static final int PROCESSES = 1024;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final JailedProcess process;
    private final Path socket;

    private DiskExport(JailedProcess process, Path socket) {
        this.process = process;
        this.socket = socket;
    }

    /// Starts to serve.
    ///
    /// @param disk all files of the host; its top is written to
    /// @param directory where the socket is made; made by the caller, mode 0700; its path at most
    ///   80 bytes long
    /// @return to be closed; it ends at the latest with this process
    public static DiskExport start(Disk disk, Path directory) throws IOException {
        Path socket = directory.resolve(SOCKET);
        List<Jail.Grant> grants = new ArrayList<>();
        // The base and the frozen layers are closed to writing.
        for (DiskSource source : below(disk)) {
            switch (source) {
                case DiskSource.File(Path file) ->
                        grants.add(new Jail.Grant(file, Jail.Access.READ));
                case DiskSource.Export _ ->
                        throw new IllegalArgumentException("a disk that is still to come");
            }
        }
        grants.add(new Jail.Grant(disk.top(), Jail.Access.WRITE));
        Jail jail =
                new Jail(
                        grants,
                        directory,
                        Network.NONE,
                        new Jail.Limits(MEMORY, LARGEST_DISK, PROCESSES));
        JailedProcess process = jail.start(words(disk, socket));
        try {
            await(process, socket);
            return new DiskExport(process, socket);
        } catch (IOException failure) {
            process.close();
            throw failure;
        }
    }

    /// Ends what served from a directory and outlived a process that was killed: bubblewrap dies
    /// with that, but if it is killed in the moment before its first process inside is told to,
    /// that does not. The caller sees to it that no living process has its export there.
    public static void endLeft(Path directory) {
        String word = serving(directory.resolve(SOCKET));
        ProcessHandle.allProcesses()
                .filter(process -> words(process.pid()).contains(word))
                .forEach(ProcessHandle::destroyForcibly);
    }

    private static List<String> words(long pid) {
        try {
            return Arrays.asList(
                    Files.readString(
                                    Path.of("/proc/" + pid + "/cmdline"),
                                    StandardCharsets.ISO_8859_1)
                            .split("\0", -1));
        } catch (IOException gone) {
            return List.of();
        }
    }

    private static String serving(Path socket) {
        return "addr.type=unix,addr.path=" + socket;
    }

    private static List<DiskSource> below(Disk disk) {
        List<DiskSource> below = new ArrayList<>(List.of(disk.base()));
        below.addAll(disk.frozen());
        return below;
    }

    private static List<String> words(Disk disk, Path socket) throws HypervisorException {
        DiskNodes nodes = new DiskNodes(disk);
        List<String> words = new ArrayList<>(List.of(Programs.find(PROGRAM).toString()));
        for (Map<String, Object> node : nodes.all()) {
            words.addAll(List.of("--blockdev", JsonLines.text(node)));
        }
        words.addAll(List.of("--nbd-server", serving(socket)));
        words.addAll(
                List.of(
                        "--export",
                        "type=nbd,id=export,writable=on,name="
                                + NAME
                                + ",node-name="
                                + nodes.layerName(disk.frozen().size())));
        return words;
    }

    private static void await(JailedProcess process, Path socket) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!isAnswered(socket)) {
            if (process.exit().isDone()) {
                throw new HypervisorException.QemuFailed(
                        process.exit().join(), said(process.errors()));
            }
            if (System.nanoTime() > end) {
                throw new HypervisorException.NoAnswer("the start of " + PROGRAM, PATIENCE);
            }
            try {
                Thread.sleep(2);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new HypervisorException.NoAnswer("the start of " + PROGRAM, stop);
            }
        }
    }

    private static boolean isAnswered(Path socket) {
        if (!Files.exists(socket)) {
            return false;
        }
        try (SocketChannel _ = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static String said(InputStream errors) throws IOException {
        return new String(errors.readNBytes(4096), StandardCharsets.UTF_8).strip();
    }

    /// Where it can be connected to, by this user.
    public Path socket() {
        return socket;
    }

    /// Ends it at once: what was not flushed may be lost.
    @Override
    public void close() {
        process.close();
    }
}
