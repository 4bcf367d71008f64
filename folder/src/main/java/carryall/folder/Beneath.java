package carryall.folder;

import carryall.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/// All that is done to files of one granted folder. How nothing else is reached:
///
/// - The folder is opened once. Everything is found from that descriptor by `openat2`, with which
///   the kernel refuses, while it walks, each way that leaves it: `..`, absolute names, symbolic
///   links, links of `/proc`, other mounts.
/// - What is found is held by a descriptor that opens nothing (`O_PATH`), so that a device or a
///   FIFO does not notice. Only when that very file has been seen to be a regular file or a
///   directory is it opened for its content, through `/proc/self/fd`, which cannot be made to mean
///   another.
/// - What is made, renamed or removed is named by such a descriptor of its directory and a [Name],
///   and no call follows a link in that last step.
///
/// Safe for many threads. All failures are [Refused].
final class Beneath {
    private static final int OPENAT2 = 437;
    private static final int FACCESSAT2 = 439;

    /// RESOLVE_NO_XDEV, NO_MAGICLINKS, NO_SYMLINKS, BENEATH.
    private static final long RESOLVE = 1 | 2 | 4 | 8;

    /// RESOLVE_NO_MAGICLINKS, NO_SYMLINKS.
    private static final long RESOLVE_NO_LINKS = 2 | 4;

    /// `openat2` asks for another try if something in the folder was renamed meanwhile.
    private static final int TRIES = 128;

    private static final int AT_FDCWD = -100;
    private static final int AT_SYMLINK_NOFOLLOW = 0x100;
    private static final int AT_EACCESS = 0x200;
    private static final int AT_REMOVEDIR = 0x200;
    private static final int AT_SYMLINK_FOLLOW = 0x400;
    private static final int AT_NO_AUTOMOUNT = 0x800;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final long UTIME_NOW = (1L << 30) - 1;
    private static final long UTIME_OMIT = (1L << 30) - 2;
    private static final int PATH_BYTES = 4096;

    private final Descriptor folder;
    private final Stat stat;

    private Beneath(Descriptor folder, Stat stat) {
        this.folder = folder;
        this.stat = stat;
    }

    /// Opens a folder.
    ///
    /// @param directory absolute; none of it may be a link: a guest may have another folder above
    ///   this one, and could make it mean anything
    static Beneath open(String directory) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3);
            how.setAtIndex(ValueLayout.JAVA_LONG, 0, Libc.O_PATH | Libc.O_CLOEXEC);
            how.setAtIndex(ValueLayout.JAVA_LONG, 2, RESOLVE_NO_LINKS);
            Descriptor folder =
                    new Descriptor(
                            Libc.call(
                                    "syscall",
                                    OPENAT2,
                                    AT_FDCWD,
                                    arena.allocateFrom(directory).address(),
                                    how.address(),
                                    how.byteSize()));
            return new Beneath(folder, stat(folder));
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// What the folder was when it was opened.
    Stat stat() {
        return stat;
    }

    /// Afterwards nothing may be called.
    void close() {
        folder.close();
    }

    /// Finds a file without opening it; a symbolic link as itself.
    ///
    /// @param path as in [Name], empty for the folder itself
    Descriptor find(String path) throws Refused {
        return find(folder, path.isEmpty() ? "." : path);
    }

    /// Finds what has a name in a directory.
    Descriptor find(Descriptor directory, Name name) throws Refused {
        return find(directory, name.text());
    }

    private static Descriptor find(Descriptor from, String path) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment how = arena.allocate(ValueLayout.JAVA_LONG, 3);
            how.setAtIndex(
                    ValueLayout.JAVA_LONG, 0, Libc.O_PATH | Libc.O_NOFOLLOW | Libc.O_CLOEXEC);
            how.setAtIndex(ValueLayout.JAVA_LONG, 2, RESOLVE);
            long text = text(arena, path);
            for (int tries = 0; ; tries++) {
                try {
                    return new Descriptor(
                            Libc.call(
                                    "syscall",
                                    OPENAT2,
                                    from.number(),
                                    text,
                                    how.address(),
                                    how.byteSize()));
                } catch (Libc.Failed failed) {
                    if (failed.errno() != Libc.EAGAIN || tries == TRIES) {
                        throw new Refused(failed);
                    }
                }
            }
        }
    }

    private static long text(Arena arena, String text) {
        return arena.allocateFrom(text, StandardCharsets.ISO_8859_1).address();
    }

    static Stat stat(Descriptor file) throws Refused {
        return stat(file, "", AT_EMPTY_PATH);
    }

    /// What has a name in a directory; XDEV if it is of another mount.
    Stat stat(Descriptor directory, Name name) throws Refused {
        Stat found = stat(directory, name.text(), AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT);
        if (found.mount() != stat.mount()) {
            throw new Refused(Status.XDEV);
        }
        return found;
    }

    private static Stat stat(Descriptor from, String path, int flags) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(Stat.BYTES, 8);
            Libc.call("statx", from.number(), text(arena, path), flags, Stat.MASK, into.address());
            return Stat.read(into);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Opens a file for its content.
    ///
    /// @param flags O_RDONLY, O_WRONLY or O_RDWR
    static Descriptor open(Descriptor file, int flags) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            switch (stat(file).type()) {
                case REGULAR, DIRECTORY -> {}
                default -> throw new Refused(Status.INVAL);
            }
            int all = flags | Libc.O_NOCTTY | Libc.O_NONBLOCK | Libc.O_CLOEXEC;
            return new Descriptor(Libc.call("open", text(arena, file.path()), all));
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Makes a regular file, which must not be there.
    ///
    /// @return open for reading and writing
    static Descriptor create(Descriptor directory, Name name, int mode) throws Refused {
        int flags = Libc.O_RDWR | Libc.O_CREAT | Libc.O_EXCL | Libc.O_NOFOLLOW | Libc.O_CLOEXEC;
        try (Arena arena = Arena.ofConfined()) {
            return new Descriptor(
                    Libc.call("openat", directory.number(), text(arena, name.text()), flags, mode));
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    static void makeDirectory(Descriptor directory, Name name, int mode) throws Refused {
        call("mkdirat", directory, name, mode);
    }

    static void remove(Descriptor directory, Name name) throws Refused {
        call("unlinkat", directory, name, 0);
    }

    static void removeDirectory(Descriptor directory, Name name) throws Refused {
        call("unlinkat", directory, name, AT_REMOVEDIR);
    }

    private static void call(String function, Descriptor directory, Name name, int last)
            throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(function, directory.number(), text(arena, name.text()), last);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Makes a symbolic link.
    ///
    /// @param target any text without a zero
    static void makeLink(String target, Descriptor directory, Name name) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(
                    "symlinkat", text(arena, target), directory.number(), text(arena, name.text()));
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    static String readLink(Descriptor link) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(PATH_BYTES);
            int length =
                    Libc.call(
                            "readlinkat",
                            link.number(),
                            text(arena, ""),
                            into.address(),
                            PATH_BYTES);
            byte[] target = into.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
            return new String(target, StandardCharsets.ISO_8859_1);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    static void rename(Descriptor from, Name old, Descriptor to, Name now) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(
                    "renameat",
                    from.number(),
                    text(arena, old.text()),
                    to.number(),
                    text(arena, now.text()));
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Gives a regular file that was found another name.
    static void addName(Descriptor file, Descriptor directory, Name name) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(
                    "linkat",
                    AT_FDCWD,
                    text(arena, file.path()),
                    directory.number(),
                    text(arena, name.text()),
                    AT_SYMLINK_FOLLOW);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Sets what users may do with a regular file or a directory.
    ///
    /// @param mode of which only what users may do counts, and the sticky bit
    static void setMode(Descriptor file, int mode) throws Refused {
        switch (stat(file).type()) {
            case REGULAR, DIRECTORY -> {}
            default -> throw new Refused(Status.INVAL);
        }
        try (Arena arena = Arena.ofConfined()) {
            Libc.call("chmod", text(arena, file.path()), mode & Attributes.MODE);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    static void setTimes(Descriptor file, NewTime accessed, NewTime modified) throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment times = arena.allocate(ValueLayout.JAVA_LONG, 4);
            put(times, 0, accessed);
            put(times, 2, modified);
            Libc.call("utimensat", AT_FDCWD, text(arena, file.path()), times.address(), 0);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    private static void put(MemorySegment times, int index, NewTime time) {
        switch (time) {
            case NewTime.Kept _ -> times.setAtIndex(ValueLayout.JAVA_LONG, index + 1, UTIME_OMIT);
            case NewTime.Now _ -> times.setAtIndex(ValueLayout.JAVA_LONG, index + 1, UTIME_NOW);
            case NewTime.At at -> {
                times.setAtIndex(ValueLayout.JAVA_LONG, index, at.seconds());
                times.setAtIndex(ValueLayout.JAVA_LONG, index + 1, at.nanos());
            }
        }
    }

    /// Whether the host's user may do something to a file.
    ///
    /// @param how 4 read, 2 write, 1 execute, or several
    static boolean isAllowed(Descriptor file, int how) {
        try (Arena arena = Arena.ofConfined()) {
            Libc.call(
                    "syscall",
                    FACCESSAT2,
                    file.number(),
                    text(arena, ""),
                    how,
                    AT_EACCESS | AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW);
            return true;
        } catch (Libc.Failed refused) {
            return false;
        }
    }

    /// Sizes of the file system: `struct statfs`.
    Space space() throws Refused {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment into = arena.allocate(ValueLayout.JAVA_LONG, 32);
            Libc.call("fstatfs64", folder.number(), into.address());
            long[] words = into.toArray(ValueLayout.JAVA_LONG);
            long unit = words[9] == 0 ? words[1] : words[9];
            return new Space(words[2] * unit, words[3] * unit, words[4] * unit, words[5], words[6]);
        } catch (Libc.Failed failed) {
            throw new Refused(failed);
        }
    }

    /// Of a file system, in bytes and files.
    record Space(long bytes, long free, long available, long files, long freeFiles) {}
}
