package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// Who a jailed program is. An ordinary user's jail is that user's own; root's is the system user
/// `carryall`, so that nothing jailed is ever root.
///
/// @param uid numeric user id
/// @param gid numeric group id
record JailUser(int uid, int gid) {
    private static final String NAME = "carryall";

    /// The dedicated user if this process is root, else empty.
    static Optional<JailUser> dedicated() throws HypervisorException {
        try {
            if (!own("uid").equals("0")) {
                return Optional.empty();
            }
            for (String line : Files.readAllLines(Path.of("/etc/passwd"))) {
                String[] fields = line.split(":", -1);
                if (fields.length == 7 && fields[0].equals(NAME)) {
                    return Optional.of(
                            new JailUser(Integer.parseInt(fields[2]), Integer.parseInt(fields[3])));
                }
            }
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden(failure.toString());
        }
        throw new HypervisorException.JailForbidden(
                "started by root, but there is no system user `" + NAME + "` to run QEMU as");
    }

    /// The `uid` or `gid` of this process.
    static String own(String which) throws HypervisorException {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:" + which).toString();
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden(failure.toString());
        }
    }

    /// Makes a file this user's own.
    void own(Path file) throws HypervisorException {
        try {
            Files.setAttribute(file, "unix:uid", uid);
            Files.setAttribute(file, "unix:gid", gid);
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(file, failure);
        }
    }
}
