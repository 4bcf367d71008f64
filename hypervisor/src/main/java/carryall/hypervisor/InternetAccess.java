package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A network of its own from which public addresses can be reached, and nothing of the host's: not
/// its loopback, its own addresses, the networks it is part of, nor any private, link-local or
/// otherwise special address. Made without rights in the host's network, by pasta, `ip` and the
/// script `internet-access.sh`.
///
/// There are two network namespaces, one behind the other:
///
/// ```
/// inside ── veth ── gate ── tap ── pasta ── the host's network
/// ```
///
/// The jailed program is inside. The gate forwards to pasta, which turns what arrives into sockets
/// of its own; the gate's routes prohibit all that is closed. The routes must not stand inside: a
/// socket bound to a device is sent through it though a route prohibits that, and any program may
/// bind. Nobody but the host's user and root has rights in either.
///
/// Names are resolved at [#RESOLVER], where pasta takes questions (UDP, port 53) to the host's
/// resolver, wherever that is.
///
/// The host's own networks are those it has when this begins.
///
/// Both namespaces and pasta last as long as the pipe to `cat`, the process inside: it ends with
/// this process, however that ends. They are in a process namespace whose first process is pasta,
/// so that nothing outlives that.
final class InternetAccess implements AutoCloseable {
    /// The "IPv4 dummy address" (RFC 7600): never anybody's, so that nothing is hidden by it.
    static final String RESOLVER = "192.0.0.8";

    /// The special-purpose addresses (RFC 6890 and IANA's registries), multicast and reserved ones.
    /// Of IPv6 only `2000::/3` has a way out in the first place.
    private static final List<String> SPECIAL =
            List.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.88.99.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "2001::/23",
                    "2001:db8::/32",
                    "2002::/16",
                    "3fff::/20");

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Process pasta;
    private final long inside;
    private final boolean ofRoot;

    private InternetAccess(Process pasta, long inside, boolean ofRoot) {
        this.pasta = pasta;
        this.inside = inside;
        this.ofRoot = ofRoot;
    }

    /// Makes the way out; it is open when this returns.
    ///
    /// @param jailUser present if this process is root
    /// @throws HypervisorException.JailForbidden if this host does not allow it
    /// @throws HypervisorException.ProgramMissing if pasta or another tool is not installed
    static InternetAccess open(Optional<JailUser> jailUser) throws HypervisorException {
        Path cat = Programs.find("cat");
        Programs.find("ip");
        List<String> line = new ArrayList<>();
        // As root, pasta would become `nobody` and lose /dev/net/tun where that is root's. In this
        // user
        // namespace it is root without any right of root's, and an ordinary user is no less.
        line.add(Programs.find("unshare").toString());
        line.addAll(List.of("--user", "--map-user=1", "--map-group=1"));
        // Pasta waits with its child until all is set up; if it fails, the child waits for ever,
        // unless
        // pasta is the first process of a namespace that ends with it.
        line.addAll(List.of("--pid", "--fork", "--kill-child", "--mount-proc", "--"));
        line.add(Programs.find("pasta").toString());
        line.addAll(List.of("--config-net", "--quiet", "--foreground", "--no-map-gw"));
        line.addAll(List.of("-t", "none", "-u", "none", "-T", "none", "-U", "none"));
        line.addAll(List.of("--dns-forward", RESOLVER, "--", "sh", "-c", script()));
        line.addAll(List.of("internet-access", RESOLVER));
        try {
            String closed = String.join("\n", SPECIAL) + "\n" + String.join("\n", ownNetworks());
            ProcessBuilder builder = new ProcessBuilder(line);
            builder.environment().clear();
            builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
            builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
            Process process = builder.start();
            try {
                say(process, closed + "\n.\n");
                long inside = insideOf(process, cat.toRealPath());
                drain(process);
                return new InternetAccess(process, inside, jailUser.isPresent());
            } catch (IOException failure) {
                process.destroyForcibly();
                throw failure;
            }
        } catch (HypervisorException ours) {
            throw ours;
        } catch (IOException failure) {
            throw forbidden(failure.toString());
        }
    }

    private static void say(Process process, String text) {
        try {
            process.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
        } catch (IOException ended) {
            // Its own words say better why.
        }
    }

    private static String script() throws HypervisorException {
        try (InputStream script = InternetAccess.class.getResourceAsStream("internet-access.sh")) {
            if (script == null) {
                throw new IllegalStateException("internet-access.sh is not in this module");
            }
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw forbidden(failure.toString());
        }
    }

    /// The networks of each of the host's addresses: its own addresses, and neighbours of all of
    /// them, also of public ones.
    private static List<String> ownNetworks() throws SocketException {
        return NetworkInterface.networkInterfaces()
                .flatMap(device -> device.getInterfaceAddresses().stream())
                .filter(address -> address.getNetworkPrefixLength() > 0)
                .map(InternetAccess::network)
                .toList();
    }

    private static String network(InterfaceAddress own) {
        byte[] bytes = own.getAddress().getAddress();
        int prefix = own.getNetworkPrefixLength();
        for (int bit = prefix; bit < bytes.length * 8; bit++) {
            bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
        }
        try {
            return java.net.InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefix;
        } catch (java.net.UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /// Waits for the last process that the script starts.
    private static long insideOf(Process process, Path cat) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (process.isAlive() && System.nanoTime() < end) {
            Optional<ProcessHandle> found =
                    process.descendants().filter(child -> runs(child, cat)).findFirst();
            if (found.isPresent()) {
                return found.get().pid();
            }
            try {
                Thread.sleep(5);
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw forbidden("interrupted");
            }
        }
        if (process.isAlive()) {
            throw forbidden("pasta and its script were not ready within " + PATIENCE);
        }
        String said =
                new String(process.getErrorStream().readNBytes(8192), StandardCharsets.UTF_8)
                        .lines()
                        .filter(words -> !words.contains("to syslog"))
                        .collect(Collectors.joining("; "));
        throw forbidden("pasta ended with code " + process.exitValue() + ": " + said);
    }

    private static boolean runs(ProcessHandle process, Path program) {
        try {
            return Files.readSymbolicLink(Path.of("/proc/" + process.pid() + "/exe"))
                    .equals(program);
        } catch (IOException endedOrNotOurs) {
            return false;
        }
    }

    private static HypervisorException.JailForbidden forbidden(String found) {
        return new HypervisorException.JailForbidden(
                "tried to open a way to the internet alone, and " + found);
    }

    private static void drain(Process process) {
        Thread.ofVirtual()
                .name("errors of pasta " + process.pid())
                .start(() -> {
                    try (InputStream errors = process.getErrorStream()) {
                        errors.transferTo(java.io.OutputStream.nullOutputStream());
                    } catch (IOException gone) {
                        // It ended.
                    }
                });
    }

    /// The words before a command that let it run inside.
    List<String> entering() throws HypervisorException {
        List<String> words = new ArrayList<>();
        words.add(Programs.find("nsenter").toString());
        words.add("--net=/proc/" + inside + "/ns/net");
        if (!ofRoot) {
            words.addAll(List.of("--user=/proc/" + inside + "/ns/user", "--preserve-credentials"));
        }
        words.add("--");
        return words;
    }

    /// Closes the way out; what is inside then reaches nothing.
    @Override
    public void close() {
        pasta.destroyForcibly();
        try {
            pasta.getOutputStream().close();
        } catch (IOException alreadyGone) {
            // The pipe is closed either way.
        }
    }
}
