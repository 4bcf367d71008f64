package carryall.folder;

/// `fattr3` of RFC 1813: what a guest sees of a file.
///
/// @param guest the owner of what belongs to `host`; all else belongs to nobody
record Attributes(GuestUser guest, HostUser host, long fsid) {
    /// Of a mode: what users may do, and the sticky bit. Setuid and setgid are neither shown nor
    /// set.
    static final int MODE = 01777;

    private static final int NOBODY = 65534;

    void write(XdrOutput out, Stat stat, long fileId) {
        out.putInt(stat.type().code()).putInt(stat.mode() & MODE).putInt(stat.links());
        out.putInt(uid(stat)).putInt(gid(stat));
        out.putLong(stat.size()).putLong(stat.allocated());
        out.putInt(stat.rdevMajor()).putInt(stat.rdevMinor());
        out.putLong(fsid).putLong(fileId);
        write(out, stat.accessed());
        write(out, stat.modified());
        write(out, stat.changed());
    }

    static void write(XdrOutput out, Stat.Time time) {
        out.putInt(time.wireSeconds()).putInt(time.nanos());
    }

    int uid(Stat stat) {
        return stat.uid() == host.uid() ? guest.uid() : NOBODY;
    }

    int gid(Stat stat) {
        return stat.gid() == host.gid() ? guest.gid() : NOBODY;
    }
}
