package carryall.folder;

import carryall.libc.Libc;
import java.io.IOException;

/// For whom a folder is served. A keeper that runs as root does not use root's rights for somebody
/// else's folder: while a request is answered its thread is, to the kernel, that user where files
/// are concerned. Then the kernel itself judges what may be read, and what is made is the user's.
///
/// @param uid the folder's owner if the keeper is root, else who the keeper is
/// @param gid the group, likewise
/// @param isOther whether the thread has to become this user
record HostUser(int uid, int gid, boolean isOther) {
    private static final boolean IS_ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int SETGROUPS = IS_ARM ? 159 : 116;

    static HostUser of(Stat folder) throws Libc.Failed {
        int uid = Libc.call("geteuid");
        return uid == 0
                ? new HostUser(folder.uid(), folder.gid(), folder.uid() != 0)
                : new HostUser(uid, Libc.call("getegid"), false);
    }

    /// The calling thread, which must not be virtual, is this user until the result is closed.
    Acting act() throws IOException {
        if (isOther) {
            Acting acting = new Acting();
            // Root's further groups are not this user's: they go from this thread, for ever. The
            // library's own function would take them from the whole process.
            Libc.call("syscall", SETGROUPS, 0, 0);
            Libc.call("setfsgid", gid);
            Libc.call("setfsuid", uid);
            // Neither says whether it did it; asked for nobody, they say who it is now.
            if (current("setfsgid") != gid || current("setfsuid") != uid) {
                acting.close();
                throw new IOException("a thread of root could not become user " + uid);
            }
            return acting;
        }
        return new Acting();
    }

    private static int current(String function) throws IOException {
        try {
            return Libc.call(function, -1);
        } catch (Libc.Failed answeredMinusOne) {
            return -1;
        }
    }

    final class Acting implements AutoCloseable {
        @Override
        public void close() {
            if (isOther) {
                try {
                    Libc.call("setfsuid", 0);
                    Libc.call("setfsgid", 0);
                } catch (Libc.Failed impossible) {
                    throw new IllegalStateException(impossible);
                }
            }
        }
    }
}
