package carryall.cli;

import carryall.machine.MachineName;
import carryall.machine.Machines;
import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Joins the terminal with a machine's serial console.
@Command(
        name = "console",
        description = "Join this terminal with a machine's serial console; Ctrl-] leaves.")
final class ConsoleVerb implements Verb {
    private static final int LEAVE = 0x1d;

    @Mixin private Format format = new Format();

    @Parameters(paramLabel = "NAME", converter = NameParameter.class)
    private MachineName name = Verbs.UNNAMED;

    /// For picocli, which sets the rest.
    ConsoleVerb() {}

    /// As if `console NAME` had been typed.
    ConsoleVerb(MachineName name) {
        this.name = name;
    }

    @Override
    public int run(Machines machines, Terminal terminal) throws IOException {
        Path socket = machines.connect(name).consoleSocket();
        if (format.isJson()) {
            terminal.json(Terminal.object("name", name.text(), "consoleSocket", socket.toString()));
            return Exit.DONE;
        }
        boolean raw =
                terminal.isWatched()
                        && Optional.ofNullable(System.console())
                                .map(Console::isTerminal)
                                .orElse(false);
        if (raw) {
            terminal.note("Console of " + name + "; Ctrl-] leaves.");
            stty("raw", "-echo");
        }
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            Thread typing = Thread.ofPlatform().daemon().name("typing").start(() -> type(channel));
            ByteBuffer buffer = ByteBuffer.allocate(1 << 14);
            OutputStream output = terminal.output();
            while (channel.read(buffer.clear()) >= 0) {
                output.write(buffer.array(), 0, buffer.position());
                output.flush();
            }
            typing.interrupt();
        } catch (java.nio.channels.ClosedChannelException left) {
            // By Ctrl-] or at the end of the input.
        } finally {
            if (raw) {
                stty("sane");
            }
        }
        return Exit.DONE;
    }

    private static void type(SocketChannel channel) {
        byte[] buffer = new byte[1024];
        try {
            int read = System.in.read(buffer);
            while (read >= 0) {
                for (int i = 0; i < read; i++) {
                    if (buffer[i] == LEAVE) {
                        channel.close();
                        return;
                    }
                }
                ByteBuffer typed = ByteBuffer.wrap(buffer, 0, read);
                while (typed.hasRemaining()) {
                    channel.write(typed);
                }
                read = System.in.read(buffer);
            }
        } catch (IOException over) {
            // The machine ended.
        }
    }

    private static void stty(String... words) throws IOException {
        java.util.List<String> command = new java.util.ArrayList<>(java.util.List.of("stty"));
        command.addAll(java.util.List.of(words));
        try {
            new ProcessBuilder(command)
                    .redirectInput(ProcessBuilder.Redirect.INHERIT)
                    .start()
                    .waitFor();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }
}
