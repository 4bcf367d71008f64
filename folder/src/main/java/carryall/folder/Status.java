package carryall.folder;

import carryall.libc.Libc;

/// How a request ended: `nfsstat3` of RFC 1813, section 2.6.
enum Status {
    OK(0),
    PERM(1),
    NOENT(2),
    IO(5),
    NXIO(6),
    ACCES(13),
    EXIST(17),
    XDEV(18),
    NODEV(19),
    NOTDIR(20),
    ISDIR(21),
    INVAL(22),
    FBIG(27),
    NOSPC(28),
    ROFS(30),
    MLINK(31),
    NAMETOOLONG(63),
    NOTEMPTY(66),
    DQUOT(69),
    STALE(70),
    BADHANDLE(10001),
    NOT_SYNC(10002),
    NOTSUPP(10004),
    TOOSMALL(10005),
    SERVERFAULT(10006),
    BADTYPE(10007),
    JUKEBOX(10008);

    private final int code;

    Status(int code) {
        this.code = code;
    }

    int code() {
        return code;
    }

    static Status of(int errno) {
        return switch (errno) {
            case Libc.EPERM -> PERM;
            case Libc.ENOENT -> NOENT;
            case Libc.ENXIO -> NXIO;
            case Libc.EACCES, Libc.EBUSY, Libc.ETXTBSY -> ACCES;
            case Libc.EEXIST -> EXIST;
            case Libc.EXDEV -> XDEV;
            case Libc.ENODEV -> NODEV;
            case Libc.ENOTDIR -> NOTDIR;
            case Libc.EISDIR -> ISDIR;
            case Libc.EINVAL, Libc.ELOOP -> INVAL;
            case Libc.EFBIG -> FBIG;
            case Libc.ENOSPC -> NOSPC;
            case Libc.EROFS -> ROFS;
            case Libc.EMLINK -> MLINK;
            case Libc.ENAMETOOLONG -> NAMETOOLONG;
            case Libc.ENOTEMPTY -> NOTEMPTY;
            case Libc.EDQUOT -> DQUOT;
            case Libc.ESTALE -> STALE;
            case Libc.EOPNOTSUPP, Libc.ENOSYS -> NOTSUPP;
            case Libc.EAGAIN, Libc.EMFILE, Libc.ENFILE -> JUKEBOX;
            default -> IO;
        };
    }
}
