package carryall.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Calls of the C library that Java lacks. Numbers are those of Linux on x86-64 and aarch64, where
/// they are the same.
///
/// All calls have one shape, six words in and one out. It fits each of them, as the words travel in
/// registers and a function leaves alone those it does not know; and a shape is what costs: the
/// first call of a new one takes the JVM some ten milliseconds.
public final class Libc {
    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0x40;
    public static final int O_EXCL = 0x80;
    public static final int O_NOCTTY = 0x100;
    public static final int O_NONBLOCK = 0x800;
    public static final int O_CLOEXEC = 0x80000;
    public static final int O_PATH = 0x200000;

    /// The one number here that differs.
    public static final int O_NOFOLLOW =
            System.getProperty("os.arch").equals("aarch64") ? 0x8000 : 0x20000;

    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int EINTR = 4;
    public static final int EIO = 5;
    public static final int ENXIO = 6;
    public static final int EBADF = 9;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int EXDEV = 18;
    public static final int ENODEV = 19;
    public static final int ENOTDIR = 20;
    public static final int EISDIR = 21;
    public static final int EINVAL = 22;
    public static final int ENFILE = 23;
    public static final int EMFILE = 24;
    public static final int ETXTBSY = 26;
    public static final int EFBIG = 27;
    public static final int ENOSPC = 28;
    public static final int EROFS = 30;
    public static final int EMLINK = 31;
    public static final int ENAMETOOLONG = 36;
    public static final int ENOSYS = 38;
    public static final int ENOTEMPTY = 39;
    public static final int ELOOP = 40;
    public static final int EOPNOTSUPP = 95;
    public static final int ENOTCONN = 107;
    public static final int ESTALE = 116;
    public static final int EDQUOT = 122;

    private static final Map<Integer, String> NAMES =
            Map.ofEntries(
                    Map.entry(EPERM, "Operation not permitted"),
                    Map.entry(ENOENT, "No such file or directory"),
                    Map.entry(ENXIO, "No such device or address"),
                    Map.entry(EACCES, "Permission denied"),
                    Map.entry(ENODEV, "No such device"),
                    Map.entry(ENOTDIR, "Not a directory"),
                    Map.entry(EINVAL, "Invalid argument"),
                    Map.entry(ENOTCONN, "Transport endpoint is not connected"));

    private static final Linker LINKER = Linker.nativeLinker();

    @SuppressWarnings("restricted") // What the launcher allows with --enable-native-access.
    private static final MethodHandle CALL =
            LINKER.downcallHandle(
                    FunctionDescriptor.of(
                            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                            JAVA_LONG),
                    Linker.Option.captureCallState("errno"));

    private static final Map<String, MemorySegment> FUNCTIONS = new ConcurrentHashMap<>();

    private Libc() {}

    /// A call failed.
    public static final class Failed extends IOException {
        private static final long serialVersionUID = 1;
        private final int errno;

        private Failed(String function, int errno) {
            super(function + ": " + NAMES.getOrDefault(errno, "error " + errno));
            this.errno = errno;
        }

        /// Why, as the C library numbers it.
        public int errno() {
            return errno;
        }
    }

    /// Calls a function that answers with an `int`, or with a length below 2 GiB.
    ///
    /// @param words numbers, and addresses of memory that stays the caller's; at most six
    /// @return 0 or more
    /// @throws Failed if it answers -1
    public static int call(String function, long... words) throws Failed {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment errno = arena.allocate(JAVA_INT);
            // The upper half of an `int` that is returned means nothing.
            int result =
                    (int)
                            (long)
                                    CALL.invokeExact(
                                            FUNCTIONS.computeIfAbsent(function, Libc::find),
                                            errno,
                                            word(words, 0),
                                            word(words, 1),
                                            word(words, 2),
                                            word(words, 3),
                                            word(words, 4),
                                            word(words, 5));
            if (result == -1) {
                throw new Failed(function, errno.get(JAVA_INT, 0));
            }
            return result;
        } catch (Failed | RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private static long word(long[] words, int number) {
        return number < words.length ? words[number] : 0;
    }

    private static MemorySegment find(String function) {
        return LINKER.defaultLookup().findOrThrow(function);
    }
}
