package carryall.hypervisor;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A process of its own that does what the keeper does with QEMU, with `captured.pl` in QEMU's
/// place, and prints what that says. `JailTest` starts it as different users and on different
/// hosts.
///
/// Words: what to do (`doors`, `servers`, `memory`, `stay`, `outlive`, `refused`), the network, a
/// folder with `captured.pl` in it that the user may write, for `servers` whom to reach, and for
/// `memory` whether huge pages may be had.
final class Captured {
    private final Network network;
    private final Path folder;
    private final PrintStream out;

    private Captured(Network network, Path folder, PrintStream out) {
        this.network = network;
        this.folder = folder;
        this.out = out;
    }

    public static void main(String[] words) throws Exception {
        Captured captured = new Captured(Network.valueOf(words[1]), Path.of(words[2]), System.out);
        switch (words[0]) {
            case "doors" -> captured.doors();
            case "servers" -> captured.servers(words[3]);
            case "memory" -> captured.memory(words[3]);
            case "stay" -> captured.stay();
            case "outlive" -> captured.outlive();
            case "refused" -> captured.refused();
            default -> throw new IllegalArgumentException(words[0]);
        }
        System.exit(0);
    }

    /// Has all doors of the host tried that are not the network's.
    private void doors() throws Exception {
        Path granted = Files.createDirectory(folder.resolve("granted"));
        Path home = Files.createDirectory(folder.resolve("home"));
        Path readable = Files.writeString(granted.resolve("readable"), "x");
        Path writable = Files.writeString(granted.resolve("writable"), "x");
        Path neighbour = Files.writeString(granted.resolve("neighbour"), "x");
        Path secret = Files.writeString(home.resolve("secret"), "x");
        Path socket = folder.resolve("host.sock");
        String abstractName = "carryall-test-" + ProcessHandle.current().pid();
        Process listening =
                new ProcessBuilder(
                                "perl",
                                "-MSocket",
                                "-e",
                                "socket(S, AF_UNIX, SOCK_STREAM, 0);"
                                        + "bind(S, pack_sockaddr_un(qq(\\0$ARGV[0]))) or die;"
                                        + "listen(S, 5); $| = 1; print qq(ready\\n); <STDIN>",
                                abstractName)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        try (ServerSocket server = new ServerSocket(0);
                ServerSocketChannel unix = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            unix.bind(UnixDomainSocketAddress.of(socket));
            listening.inputReader().readLine();
            List<String> addresses = ownAddresses();
            for (String address : addresses) {
                // The host itself gets in.
                new Socket(InetAddress.getByName(address), server.getLocalPort()).close();
            }
            capture(
                    List.of(
                            new Jail.Grant(readable, Jail.Access.READ),
                            new Jail.Grant(writable, Jail.Access.WRITE)),
                    List.of(
                            "readable=" + readable,
                            "writable=" + writable,
                            "neighbour=" + neighbour,
                            "secret=" + secret,
                            "home=" + home,
                            "socket=" + socket,
                            "abstract=" + abstractName,
                            "port=" + server.getLocalPort(),
                            "addresses=" + String.join(",", addresses),
                            "pid=" + ProcessHandle.current().pid()));
        } finally {
            listening.destroyForcibly();
        }
    }

    private static List<String> ownAddresses() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLinkLocalAddress())
                .map(InetAddress::getHostAddress)
                .map(text -> text.replaceFirst("%.*", ""))
                .toList();
    }

    /// Has servers of the network tried, first from the host itself.
    private void servers(String servers) throws Exception {
        Process host =
                new ProcessBuilder(
                                "perl",
                                folder.resolve("captured.pl").toString(),
                                "-",
                                "servers=" + servers)
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        host.inputReader().lines().forEach(line -> out.println("host " + line));
        capture(List.of(), List.of("servers=" + servers));
    }

    /// Has each advice on memory given.
    private void memory(String hugePages) throws Exception {
        capture(List.of(), List.of("memory=1"), Jail.HugePages.valueOf(hugePages));
    }

    private void capture(List<Jail.Grant> granted, List<String> facts) throws Exception {
        capture(granted, facts, Jail.HugePages.ALLOWED);
    }

    private void capture(List<Jail.Grant> granted, List<String> facts, Jail.HugePages hugePages)
            throws Exception {
        Path probe = folder.resolve("captured.pl");
        Path directory = Files.createDirectory(folder.resolve("jail"));
        Path socket = directory.resolve("captured.sock");
        List<Jail.Grant> grants = new ArrayList<>(granted);
        grants.add(new Jail.Grant(probe, Jail.Access.READ));
        Jail jail = new Jail(grants, directory, network, limits(), hugePages);
        List<String> program =
                new ArrayList<>(List.of("/usr/bin/perl", probe.toString(), socket.toString()));
        program.addAll(facts);
        try (JailedProcess process = jail.start(program)) {
            Thread.ofVirtual()
                    .start(() -> {
                        try {
                            process.errors().transferTo(System.err);
                        } catch (IOException gone) {
                            out.println("FAILS its errors: " + gone);
                        }
                    });
            try (SocketChannel channel = connect(socket, process)) {
                String said =
                        new String(
                                Channels.newInputStream(channel).readAllBytes(),
                                StandardCharsets.UTF_8);
                out.print(said);
            }
        }
    }

    private static SocketChannel connect(Path socket, JailedProcess process) throws IOException {
        while (!process.exit().isDone()) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException notYet) {
                Thread.onSpinWait();
            }
        }
        throw new IOException("it ended with " + process.exit().join());
    }

    private static Jail.Limits limits() {
        return new Jail.Limits(ByteSize.mebibytes(512), ByteSize.mebibytes(1), 256);
    }

    /// Starts a jail, tells all processes that belong to it, and does not end.
    private void stay() throws Exception {
        Jail jail =
                new Jail(
                        List.of(),
                        Files.createDirectory(folder.resolve("jail")),
                        network,
                        limits());
        JailedProcess process = jail.start(List.of("/usr/bin/sleep", "60"));
        ProcessHandle.current().descendants().forEach(child -> out.println(child.pid()));
        out.println("all");
        process.exit().join();
    }

    /// Asks for a jail that the host does not allow, and tells what of it is left.
    private void refused() throws Exception {
        List<ProcessHandle> before = ProcessHandle.allProcesses().toList();
        Jail jail =
                new Jail(
                        List.of(),
                        Files.createDirectory(folder.resolve("jail")),
                        network,
                        limits());
        try (JailedProcess _ = jail.start(List.of("/usr/bin/sleep", "3600"))) {
            out.println("allowed");
        } catch (HypervisorException.JailForbidden refused) {
            out.println("refused " + refused.getMessage());
        }
        for (ProcessHandle process : ProcessHandle.allProcesses().toList()) {
            if (!before.contains(process)) {
                sayIfLeft(process);
            }
        }
        out.println("all tried");
    }

    private void sayIfLeft(ProcessHandle process) throws Exception {
        try {
            process.onExit().get(20, TimeUnit.SECONDS);
        } catch (TimeoutException left) {
            out.println("left " + process.info());
        }
    }

    /// Kills a process that stays, and tells what of its jail is left.
    private void outlive() throws Exception {
        Process keeper =
                new ProcessBuilder(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Captured.class.getName(),
                                "stay",
                                network.name(),
                                folder.toString())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        List<ProcessHandle> all = new ArrayList<>();
        var lines = keeper.inputReader();
        for (String line = lines.readLine(); line != null && !line.equals("all"); ) {
            ProcessHandle.of(Long.parseLong(line)).ifPresent(all::add);
            line = lines.readLine();
        }
        out.println("started " + all.size());
        keeper.destroyForcibly();
        for (ProcessHandle process : all) {
            sayIfLeft(process);
        }
        out.println("all tried");
    }
}
