package carryall.block;

import carryall.libc.Libc;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Mounts and unmounts: root by itself, so that all users may look; an ordinary user with the help
/// of `fusermount3`, for that user alone.
final class FuseMounter {
    private static final String TYPE = "fuse.carryall";
    private static final long MS_NOSUID_NODEV_NOEXEC = 2 | 4 | 8;
    private static final long MNT_FORCE_DETACH_NOFOLLOW = 1 | 2 | 8;
    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM_CLOEXEC = 1 | Libc.O_CLOEXEC;
    private static final int SCM_RIGHTS_BYTES = 24;
    private static final int MESSAGE_BYTES = 56;
    private static final int ERROR_OUTPUT = 2;
    private static final long PATIENCE_SECONDS = 10;
    private static final Path MOUNTS = Path.of("/proc/self/mountinfo");
    private static final List<Path> PROGRAMS =
            List.of(Path.of("/usr/bin/fusermount3"), Path.of("/bin/fusermount3"));

    private FuseMounter() {}

    /// @param most bytes of one read
    static FuseDevice mount(Path directory, int most) throws IOException {
        return isRoot() ? mountAsRoot(directory, most) : mountAsUser(directory, most);
    }

    private static boolean isRoot() throws IOException {
        return Libc.call("geteuid") == 0;
    }

    private static FuseDevice mountAsRoot(Path directory, int most) throws IOException {
        FuseDevice device;
        int descriptor;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment path = arena.allocateFrom("/dev/fuse");
            descriptor = Libc.call("open", path.address(), Libc.O_RDWR | Libc.O_CLOEXEC);
            device = new FuseDevice(descriptor);
        } catch (Libc.Failed failed) {
            throw new FuseMissing(
                    "/dev/fuse cannot be opened (" + failed.getMessage() + ")",
                    "load the kernel's module `fuse`, or give this container the device /dev/fuse");
        }
        try (Arena arena = Arena.ofConfined()) {
            String options =
                    "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other,max_read=%d"
                            .formatted(descriptor, most);
            Libc.call(
                    "mount",
                    arena.allocateFrom("carryall").address(),
                    arena.allocateFrom(directory.toString()).address(),
                    arena.allocateFrom(TYPE).address(),
                    MS_NOSUID_NODEV_NOEXEC,
                    arena.allocateFrom(options).address());
            return device;
        } catch (Libc.Failed failed) {
            device.close();
            switch (failed.errno()) {
                case Libc.EPERM, Libc.EACCES, Libc.ENODEV ->
                        throw new FuseMissing(
                                directory + " cannot be mounted (" + failed.getMessage() + ")",
                                "this root needs CAP_SYS_ADMIN and a kernel with FUSE");
                default -> throw new IOException(directory + ": " + failed.getMessage(), failed);
            }
        }
    }

    private static FuseDevice mountAsUser(Path directory, int most) throws IOException {
        String program = program();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment pair = arena.allocate(ValueLayout.JAVA_INT, 2);
            Libc.call("socketpair", AF_UNIX, SOCK_STREAM_CLOEXEC, 0, pair.address());
            int ours = pair.getAtIndex(ValueLayout.JAVA_INT, 0);
            int theirs = pair.getAtIndex(ValueLayout.JAVA_INT, 1);
            try {
                List<String> words =
                        List.of(
                                program,
                                "-o",
                                "nosuid,nodev,noexec,fsname=carryall,subtype=carryall,max_read="
                                        + most,
                                "--",
                                directory.toString());
                int child;
                try {
                    child = start(arena, words, theirs);
                } finally {
                    Libc.call("close", theirs);
                }
                Received received = receive(arena, ours);
                Libc.call("waitpid", child, 0, 0);
                if (received.descriptor < 0) {
                    throw new FuseMissing(
                            directory + " cannot be mounted (" + received.text.strip() + ")",
                            received.text.contains("/dev/fuse")
                                    ? "load the kernel's module `fuse`, and let users open it:"
                                            + " chmod 666 /dev/fuse"
                                    : "this needs " + program + " setuid root, as `fuse3` has it");
                }
                return new FuseDevice(received.descriptor);
            } finally {
                Libc.call("close", ours);
            }
        }
    }

    private static String program() throws FuseMissing {
        return PROGRAMS.stream()
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new FuseMissing(
                                "there is no fusermount3, which mounts for who is not root",
                                "install the package `fuse3`"))
                .toString();
    }

    /// Starts `fusermount3` with a socket as its error output, through which it passes the device
    /// too. Java's own processes take no sockets along.
    private static int start(Arena arena, List<String> words, int socket) throws IOException {
        MemorySegment actions = arena.allocate(256, 8);
        MemorySegment pid = arena.allocate(ValueLayout.JAVA_INT);
        check(Libc.call("posix_spawn_file_actions_init", actions.address()));
        check(
                Libc.call(
                        "posix_spawn_file_actions_adddup2",
                        actions.address(),
                        socket,
                        ERROR_OUTPUT));
        int failed =
                Libc.call(
                        "posix_spawn",
                        pid.address(),
                        arena.allocateFrom(words.getFirst()).address(),
                        actions.address(),
                        0,
                        strings(arena, words).address(),
                        strings(arena, List.of("PATH=/usr/bin:/bin", "_FUSE_COMMFD=2")).address());
        Libc.call("posix_spawn_file_actions_destroy", actions.address());
        check(failed);
        return pid.get(ValueLayout.JAVA_INT, 0);
    }

    private static void check(int errno) throws IOException {
        if (errno != 0) {
            throw new IOException("fusermount3 cannot be started: error " + errno);
        }
    }

    private static MemorySegment strings(Arena arena, List<String> strings) {
        MemorySegment array = arena.allocate(ValueLayout.ADDRESS, strings.size() + 1L);
        for (int i = 0; i < strings.size(); i++) {
            array.setAtIndex(ValueLayout.ADDRESS, i, arena.allocateFrom(strings.get(i)));
        }
        return array;
    }

    /// @param descriptor of the device, or below 0
    private record Received(int descriptor, String text) {}

    /// Takes what `fusermount3` says until it passes a descriptor or ends.
    private static Received receive(Arena arena, int socket) throws IOException {
        StringBuilder said = new StringBuilder();
        MemorySegment text = arena.allocate(4096);
        MemorySegment vector = arena.allocate(ValueLayout.JAVA_LONG, 2);
        MemorySegment control = arena.allocate(SCM_RIGHTS_BYTES, 8);
        MemorySegment message = arena.allocate(MESSAGE_BYTES, 8);
        while (said.length() < 4096) {
            vector.setAtIndex(ValueLayout.JAVA_LONG, 0, text.address());
            vector.setAtIndex(ValueLayout.JAVA_LONG, 1, text.byteSize());
            message.fill((byte) 0);
            message.set(ValueLayout.JAVA_LONG, 16, vector.address());
            message.set(ValueLayout.JAVA_LONG, 24, 1);
            message.set(ValueLayout.JAVA_LONG, 32, control.address());
            message.set(ValueLayout.JAVA_LONG, 40, control.byteSize());
            int length = Libc.call("recvmsg", socket, message.address(), 0x40000000);
            if (message.get(ValueLayout.JAVA_LONG, 40) >= 20) {
                return new Received(control.get(ValueLayout.JAVA_INT, 16), said.toString());
            }
            if (length == 0) {
                break;
            }
            byte[] some = text.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            said.append(new String(some, StandardCharsets.UTF_8));
        }
        return new Received(-1, said.toString());
    }

    /// Takes a mount away, also if it is used; as root, who uses it gets errors at once.
    static void unmount(Path directory) throws IOException {
        if (isRoot()) {
            try (Arena arena = Arena.ofConfined()) {
                Libc.call(
                        "umount2",
                        arena.allocateFrom(directory.toString()).address(),
                        MNT_FORCE_DETACH_NOFOLLOW);
            }
            return;
        }
        Process process =
                new ProcessBuilder(program(), "-u", "-z", "--", directory.toString())
                        .redirectErrorStream(true)
                        .start();
        try {
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readNBytes(4096), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new IOException(directory + " cannot be unmounted: " + said.strip());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("while " + directory + " was unmounted");
        } finally {
            process.destroyForcibly();
        }
    }

    /// How many mounts of ours lie on a directory, one upon the other.
    static int mounts(Path directory) throws IOException {
        Path absolute = directory.toAbsolutePath().normalize();
        Path above = absolute.getParent();
        Path name = absolute.getFileName();
        if (above == null || name == null || !Files.exists(above)) {
            return 0;
        }
        // The directory itself cannot be asked: its mount may be dead.
        String wanted = above.toRealPath().resolve(name).toString();
        int found = 0;
        for (String line : Files.readString(MOUNTS, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            if (line.contains(" - " + TYPE + " ") && unescaped(fields[4]).equals(bytes(wanted))) {
                found++;
            }
        }
        return found;
    }

    /// A text of which each character is a byte, as names of files are whatever bytes they are.
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /// Space, tab, newline and backslash are written as three octal digits.
    private static String unescaped(String field) {
        return field.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }
}
