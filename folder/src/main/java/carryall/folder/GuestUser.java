package carryall.folder;

/// Whom a guest sees as the owner of the host user's files.
///
/// @param uid number in the guest, 0 and more
/// @param gid number in the guest, 0 and more
public record GuestUser(int uid, int gid) {
    public GuestUser {
        if (uid < 0 || gid < 0) {
            throw new IllegalArgumentException("no such user: " + uid + ":" + gid);
        }
    }
}
