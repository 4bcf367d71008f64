package carryall.block;

import carryall.libc.Libc;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Devices as files in a directory, through FUSE: what reads or maps one waits for what is still to
/// come, and for nothing else. QEMU maps a guest's memory from one, copy-on-write.
///
/// What was read once stays in the kernel's page cache. A file can be opened for writing, as QEMU
/// 7.2 does to map it; writes are refused, but to a [WritableDevice], and so is every other change.
/// A write has reached its device when it returns.
///
/// The kernel asks for the smallest part that [#mount] was told. A client that marks what it has
/// mapped as `MADV_HUGEPAGE` makes the kernel read 2 MiB around each fault all the same, as QEMU
/// does unless it cannot.
///
/// A thread of this JVM must not touch what it has mapped from such a file: it would keep the
/// garbage collector waiting, and so perhaps the thread that it waits for.
public final class FuseMount implements AutoCloseable {
    /// What a fault reads unless told otherwise. Until a LibreCAD of 768 MiB reacted to a key, it
    /// read 155 MiB of its memory in parts of up to 128 KiB, 126 of 64, 97 of 32, 72 of 16, and 34
    /// of 4 KiB, in 1500, 2400, 3700, 5500 and 8700 parts. Where all was here that made no
    /// difference in time. Its faults come one after the other: where each part had to wait for 5
    /// ms, it took 11 s in parts of 128 KiB and 23 s in parts of 32. (Linux 6.18, QEMU 7.2 without
    /// huge pages, TCG.)
    public static final int USUAL_READ = 128 << 10;

    private static final int PAGE = 4096;
    private static final int LARGEST_READ = 1 << 20;
    private static final Duration LONGEST_END = Duration.ofSeconds(10);

    private final Path directory;
    private final FuseDevice device;
    private final FuseSession session;
    private final Thread reader;
    private boolean isClosed;

    private FuseMount(Path directory, FuseDevice device, FuseSession session) {
        this.directory = directory;
        this.device = device;
        this.session = session;
        this.reader =
                Thread.ofPlatform()
                        .name("fuse of " + directory.getFileName())
                        .daemon()
                        .start(this::serve);
    }

    /// The same with reads of [#USUAL_READ].
    public static FuseMount mount(Path directory, Map<String, BlockDevice> files)
            throws IOException {
        return mount(directory, files, USUAL_READ);
    }

    /// Shows devices as files.
    ///
    /// @param directory there, and empty; nothing else is seen in it until the mount is closed. If
    ///   root mounts, every user who can reach it can read all files, and the caller keeps others
    ///   out by a folder above; else only the same user can
    /// @param files devices by plain names; the caller's, to be closed after the mount
    /// @param mostRead bytes that one read asks for, and that a fault reads around itself: whole
    ///   pages, up to 1 MiB; the kernel may have a lower limit for faults, usually 128 KiB
    /// @return to be closed when its clients have ended
    /// @throws FuseMissing if this host allows no mount
    /// @throws IOException if the directory cannot be mounted
    public static FuseMount mount(Path directory, Map<String, BlockDevice> files, int mostRead)
            throws IOException {
        if (mostRead < PAGE || mostRead > LARGEST_READ || mostRead % PAGE != 0) {
            throw new IllegalArgumentException("reads of " + mostRead + " bytes");
        }
        FuseFiles shown = FuseFiles.of(files, Libc.call("geteuid"), Libc.call("getegid"));
        Path absolute = directory.toAbsolutePath();
        FuseDevice device = FuseMounter.mount(absolute, mostRead);
        return new FuseMount(absolute, device, new FuseSession(device, shown, mostRead));
    }

    /// Mounts a file and reads it.
    ///
    /// @throws IOException if this host does not let it, which says why
    public static void tryMount() throws IOException {
        Path directory = Files.createTempDirectory("carryall-fuse");
        try (FuseMount mount = mount(directory, Map.of("zeros", new Zeros(LARGEST_READ)))) {
            byte[] read = Files.readAllBytes(mount.file("zeros"));
            if (read.length != LARGEST_READ) {
                throw new IOException("a file of it has " + read.length + " bytes");
            }
        } finally {
            Files.deleteIfExists(directory);
        }
    }

    /// A device that holds nothing.
    private record Zeros(long size) implements BlockDevice {
        @Override
        public boolean isReady(long offset, int length) {
            return true;
        }

        @Override
        public void read(long offset, ByteBuffer into) {
            while (into.hasRemaining()) {
                into.put((byte) 0);
            }
        }

        @Override
        public List<Extent> extents(long offset, long length) {
            return List.of(new Extent(length, true));
        }
    }

    /// Takes away what a killed process left mounted on a directory, if it did. The caller sees to
    /// it that no living one has its mount there.
    ///
    /// @param directory need not be there
    public static void removeStale(Path directory) throws IOException {
        for (int left = FuseMounter.mounts(directory); left > 0; left--) {
            FuseMounter.unmount(directory.toAbsolutePath());
        }
    }

    private void serve() {
        try {
            session.run();
        } catch (IOException | RuntimeException | Error failure) {
            // Nobody answers any more: whoever asks gets an error from the kernel instead of
            // waiting.
            try {
                session.stop();
                device.close();
            } catch (IOException also) {
                failure.addSuppressed(also);
            }
            throw new IllegalStateException("serving " + directory, failure);
        }
    }

    /// Unmounts, also if files are still open; their reads get errors, waiting ones too. When it
    /// returns, no device is used any more, unless a read of one did not heed its interrupt for 10
    /// seconds.
    @Override
    public synchronized void close() throws IOException {
        if (isClosed) {
            return;
        }
        isClosed = true;
        try {
            session.stop();
            // Somebody else may have unmounted it.
            if (FuseMounter.mounts(directory) > 0) {
                FuseMounter.unmount(directory);
            }
        } finally {
            try {
                end();
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void end() throws IOException, InterruptedException {
        device.wake();
        if (!reader.join(LONGEST_END)) {
            reader.interrupt(); // It is in a read that said it was ready.
            reader.join(LONGEST_END);
        }
        device.close();
        session.awaitEnd();
    }

    /// Where the files are.
    public Path directory() {
        return directory;
    }

    /// A file's path.
    ///
    /// @param name one of those that were mounted
    public Path file(String name) {
        return directory.resolve(name);
    }
}
