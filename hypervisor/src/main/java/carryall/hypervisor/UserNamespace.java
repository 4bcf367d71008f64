package carryall.hypervisor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A user namespace for root's jail: all users are in it under their own numbers, none has rights
/// beyond it, and no further one can be made in it. An ordinary user's jail has what bubblewrap
/// makes instead.
///
/// Without it the [JailUser] could make a user namespace and have all rights in that, which opens
/// much of the kernel to attack.
///
/// It lasts as long as the pipe to `cat`, or a process in it.
final class UserNamespace implements AutoCloseable {
    private static final Path OWN = Path.of("/proc/self/ns/user");
    private static final String EVERYBODY = "0 0 4294967295";
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Process holder;

    private UserNamespace(Process holder) {
        this.holder = holder;
    }

    /// Makes one; needs root.
    ///
    /// @throws HypervisorException.JailForbidden if this host does not allow it
    static UserNamespace make() throws HypervisorException {
        List<String> line = new ArrayList<>();
        line.add(Programs.find("unshare").toString());
        line.addAll(List.of("--user", "--", Programs.find("cat").toString()));
        try {
            Process holder = new ProcessBuilder(line).redirectErrorStream(true).start();
            try {
                waitUntilMade(holder);
                Files.writeString(of(holder, "uid_map"), EVERYBODY);
                Files.writeString(of(holder, "gid_map"), EVERYBODY);
                return new UserNamespace(holder);
            } catch (IOException failure) {
                holder.destroyForcibly();
                throw failure;
            }
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new HypervisorException.JailForbidden("no user namespace: " + failure);
        }
    }

    private static void waitUntilMade(Process holder) throws IOException {
        Path own = Files.readSymbolicLink(OWN);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (holder.isAlive() && System.nanoTime() < end) {
            if (!Files.readSymbolicLink(of(holder, "ns/user")).equals(own)) {
                return;
            }
            try {
                Thread.sleep(1);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted", stop);
            }
        }
        throw new IOException(
                holder.isAlive()
                        ? "unshare was not ready within " + PATIENCE
                        : new String(
                                        holder.getInputStream().readNBytes(4096),
                                        StandardCharsets.UTF_8)
                                .strip());
    }

    private static Path of(Process process, String file) {
        return Path.of("/proc/" + process.pid()).resolve(file);
    }

    /// The words before a command that let it run in this namespace, as root there.
    List<String> entering() throws HypervisorException {
        return List.of(
                Programs.find("nsenter").toString(),
                "--user=" + of(holder, "ns/user"),
                "--",
                "/bin/sh",
                "-euc",
                "echo 0 >/proc/sys/user/max_user_namespaces; exec \"$@\"",
                "sh");
    }

    @Override
    public void close() {
        holder.destroyForcibly();
    }
}
