package carryall.hypervisor;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

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

    /// The group this user needs in order to open a device of the host, if that is what it takes:
    /// of a device that others may not open, but its group. Never root's group.
    ///
    /// @throws HypervisorException.FileUnusable if this user could not open it in any group
    Optional<Integer> groupFor(Path device) throws HypervisorException {
        try {
            PosixFileAttributes found = Files.readAttributes(device, PosixFileAttributes.class);
            Set<PosixFilePermission> open = found.permissions();
            if (open.contains(PosixFilePermission.OTHERS_READ)
                    && open.contains(PosixFilePermission.OTHERS_WRITE)) {
                return Optional.empty();
            }
            int group = (Integer) Files.getAttribute(device, "unix:gid");
            if (group != 0
                    && open.contains(PosixFilePermission.GROUP_READ)
                    && open.contains(PosixFilePermission.GROUP_WRITE)) {
                return Optional.of(group);
            }
            throw new AccessDeniedException(
                    device.toString(),
                    null,
                    "it is "
                            + PosixFilePermissions.toString(open)
                            + " "
                            + found.owner().getName()
                            + ":"
                            + found.group().getName()
                            + ", so that the user "
                            + NAME
                            + ", whom QEMU runs as, may not open it");
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(device, failure);
        }
    }

    /// The `uid` or `gid` of this process.
    static String own(String which) throws HypervisorException {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:" + which).toString();
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden(failure.toString());
        }
    }

    /// Makes a file the dedicated user's own, if there is one.
    static void dedicatedOwns(Path file) throws HypervisorException {
        Optional<JailUser> user = dedicated();
        if (user.isPresent()) {
            user.get().own(file);
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
