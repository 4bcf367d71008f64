package carryall.bench;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A network device whose other end is this process (Linux, `networking/tuntap.rst`): what a
/// namespace sends by it is read here, what is written here the namespace gets. One thread may read
/// while another writes. It goes away with the process.
final class Tap {
    private static final int O_RDWR = 2;
    private static final int O_CLOEXEC = 0x80000;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final long TUNSETIFF = 0x400454caL;
    private static final short IFF_TAP = 2;
    private static final short IFF_NO_PI = 0x1000;
    private static final int REQUEST_BYTES = 40;
    private static final int FLAGS_AT = 16;
    private static final int EINTR = 4;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final Linker.Option ERRNO = Linker.Option.captureCallState("errno");
    private static final MemoryLayout ERRNO_LAYOUT = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO_VALUE =
            ERRNO_LAYOUT.varHandle(MemoryLayout.PathElement.groupElement("errno"));
    private static final FunctionDescriptor NUMBER_ADDRESS_NUMBER =
            FunctionDescriptor.of(
                    ValueLayout.JAVA_LONG,
                    ValueLayout.JAVA_INT,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_LONG);
    private static final MethodHandle READ = function("read", NUMBER_ADDRESS_NUMBER);
    private static final MethodHandle WRITE = function("write", NUMBER_ADDRESS_NUMBER);
    private static final MethodHandle OPEN =
            function(
                    "open",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle IOCTL =
            function(
                    "ioctl",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_INT,
                            ValueLayout.JAVA_LONG,
                            ValueLayout.ADDRESS),
                    Linker.Option.firstVariadicArg(2));
    private static final MethodHandle SETNS =
            function(
                    "setns",
                    FunctionDescriptor.of(
                            ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT));

    private final int descriptor;

    /// Where `errno` goes, by thread.
    private final MemorySegment reading = Arena.global().allocate(ERRNO_LAYOUT);

    private final MemorySegment writing = Arena.global().allocate(ERRNO_LAYOUT);

    private Tap(int descriptor) {
        this.descriptor = descriptor;
    }

    @SuppressWarnings("restricted") // Whoever starts the program allows it.
    private static MethodHandle function(
            String name, FunctionDescriptor shape, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        options[0] = ERRNO;
        System.arraycopy(more, 0, options, 1, more.length);
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), shape, options);
    }

    /// Makes a device in the namespace that the calling thread is in.
    static Tap make(String name) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = open(arena, Path.of("/dev/net/tun"), O_RDWR | O_CLOEXEC);
            MemorySegment request = arena.allocate(REQUEST_BYTES, Long.BYTES);
            request.setString(0, name, StandardCharsets.US_ASCII);
            request.set(ValueLayout.JAVA_SHORT, FLAGS_AT, (short) (IFF_TAP | IFF_NO_PI));
            MemorySegment error = arena.allocate(ERRNO_LAYOUT);
            int result;
            try {
                result = (int) IOCTL.invokeExact(error, descriptor, TUNSETIFF, request);
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
            if (result < 0) {
                throw failed("no device " + name, error);
            }
            return new Tap(descriptor);
        }
    }

    /// Puts the calling thread into another network namespace; it must be a platform thread of its
    /// own, which does nothing else afterwards.
    ///
    /// @param namespace such as `/run/netns/NAME`
    static void enter(Path namespace) throws IOException {
        try (Arena arena = Arena.ofConfined()) {
            int descriptor = open(arena, namespace, O_CLOEXEC);
            MemorySegment error = arena.allocate(ERRNO_LAYOUT);
            int result;
            try {
                result = (int) SETNS.invokeExact(error, descriptor, CLONE_NEWNET);
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
            if (result < 0) {
                throw failed("cannot enter " + namespace, error);
            }
        }
    }

    private static int open(Arena arena, Path file, int flags) throws IOException {
        MemorySegment error = arena.allocate(ERRNO_LAYOUT);
        int descriptor;
        try {
            descriptor = (int) OPEN.invokeExact(error, arena.allocateFrom(file.toString()), flags);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
        if (descriptor < 0) {
            throw failed("cannot open " + file, error);
        }
        return descriptor;
    }

    /// Waits for the next frame.
    ///
    /// @return its length in bytes
    int read(MemorySegment frame) throws IOException {
        while (true) {
            long length;
            try {
                length = (long) READ.invokeExact(reading, descriptor, frame, frame.byteSize());
            } catch (Throwable impossible) {
                throw new AssertionError(impossible);
            }
            if (length >= 0) {
                return (int) length;
            }
            if (errno(reading) != EINTR) {
                throw failed("cannot read frames", reading);
            }
        }
    }

    /// Hands over a frame. One that the namespace does not take is lost, as on any network.
    void write(MemorySegment frame, long bytes) {
        try {
            long _ = (long) WRITE.invokeExact(writing, descriptor, frame, bytes);
        } catch (Throwable impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static int errno(MemorySegment error) {
        return (int) ERRNO_VALUE.get(error, 0L);
    }

    private static IOException failed(String what, MemorySegment error) {
        return new IOException(what + ": error " + errno(error));
    }
}
