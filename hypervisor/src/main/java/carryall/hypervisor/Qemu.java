package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// One running QEMU. Safe for many threads. QEMU ends at the latest with this process.
public final class Qemu implements AutoCloseable {
    /// What QEMU itself takes beside the guest's memory: translated code, devices, threads' stacks.
    private static final ByteSize OVERHEAD = ByteSize.mebibytes(3072);

    private static final ByteSize LARGEST_DISK = ByteSize.mebibytes(4L << 20);
    private static final int PROCESSES = 1024;
    private static final Duration QMP_PATIENCE = Duration.ofSeconds(30);

    private final JailedProcess process;
    private final QemuCommand command;
    private final Qmp qmp;
    private final String version;
    private final AgentLine agent;
    private final CompletableFuture<Ended> ended;

    private Qemu(
            JailedProcess process,
            QemuCommand command,
            Qmp qmp,
            String version,
            CompletableFuture<Ended> ended) {
        this.process = process;
        this.command = command;
        this.qmp = qmp;
        this.version = version;
        this.agent = new AgentLine(command.socket("agent"));
        this.ended = ended;
    }

    /// How QEMU ended.
    ///
    /// @param exitCode 0 after a shutdown; 128 + n after signal n
    /// @param lastWords what it said last as errors, at most 4 KiB
    public record Ended(int exitCode, String lastWords) {}

    /// Starts a virtual machine in its jail; it runs when this returns.
    ///
    /// @param directory where QEMU makes its sockets; made by the caller, mode 0700; its path at
    ///   most 80 bytes long
    /// @param events told of each [QemuEvent], in order, on one thread; must not block
    /// @throws HypervisorException if QEMU is missing, the jail forbidden, or QEMU ended at once
    public static Qemu start(VirtualMachine machine, Path directory, Consumer<QemuEvent> events)
            throws HypervisorException {
        QemuCommand command = new QemuCommand(machine, directory);
        Path program = Programs.find(QemuCommand.PROGRAM);
        ByteSize memory = new ByteSize(machine.memory().bytes() + OVERHEAD.bytes());
        Jail jail =
                new Jail(
                        grants(machine),
                        directory,
                        machine.network(),
                        new Jail.Limits(memory, LARGEST_DISK, PROCESSES));
        JailedProcess process = jail.start(command.words(program));
        CompletableFuture<Ended> ended = watch(process);
        try {
            Qmp qmp =
                    Qmp.connect(
                            command.socket("qmp"),
                            QMP_PATIENCE,
                            ended,
                            event -> QemuEvents.parse(event).ifPresent(events));
            String version = version(qmp.ask("query-version", Map.of()));
            qmp.ask("cont", Map.of());
            return new Qemu(process, command, qmp, version, ended);
        } catch (IOException failure) {
            process.close();
            Ended end = ended.join();
            throw end.lastWords().isEmpty() && failure instanceof HypervisorException ours
                    ? ours
                    : new HypervisorException.QemuFailed(end.exitCode(), end.lastWords());
        }
    }

    private static List<Jail.Grant> grants(VirtualMachine machine) {
        List<Jail.Grant> grants = new ArrayList<>();
        for (Disk disk : machine.disks()) {
            grants.add(new Jail.Grant(disk.file(), Jail.Access.WRITE));
            disk.base().ifPresent(base -> grants.add(new Jail.Grant(base, Jail.Access.READ)));
        }
        machine.uefiVariables()
                .ifPresent(file -> grants.add(new Jail.Grant(file, Jail.Access.WRITE)));
        switch (machine.boot()) {
            case Boot.Disk() -> {}
            case Boot.Kernel(Path kernel, Path initrd, String _) -> {
                grants.add(new Jail.Grant(kernel, Jail.Access.READ));
                grants.add(new Jail.Grant(initrd, Jail.Access.READ));
            }
        }
        if (machine.accelerator() == Accelerator.KVM) {
            grants.add(new Jail.Grant(Path.of("/dev/kvm"), Jail.Access.DEVICE));
        }
        return grants;
    }

    /// Drains QEMU's errors, keeping the last of them, until it ended.
    private static CompletableFuture<Ended> watch(JailedProcess process) {
        CompletableFuture<String> words = new CompletableFuture<>();
        Thread.ofVirtual()
                .name("errors of QEMU " + process.pid())
                .start(() -> words.complete(lastWords(process.errors())));
        return process.exit()
                .thenApply(code -> {
                    try {
                        return new Ended(code, words.get(2, TimeUnit.SECONDS));
                    } catch (InterruptedException | ExecutionException | TimeoutException gone) {
                        return new Ended(code, "");
                    }
                });
    }

    private static String lastWords(InputStream errors) {
        byte[] kept = new byte[0];
        try (errors) {
            byte[] buffer = new byte[4096];
            int read = errors.read(buffer);
            while (read >= 0) {
                byte[] all = Arrays.copyOf(kept, kept.length + read);
                System.arraycopy(buffer, 0, all, kept.length, read);
                kept = Arrays.copyOfRange(all, Math.max(0, all.length - 4096), all.length);
                read = errors.read(buffer);
            }
        } catch (IOException gone) {
            // What was read until then is what there is.
        }
        return new String(kept, StandardCharsets.UTF_8).strip();
    }

    private static String version(Object answer) {
        if (answer instanceof Map<?, ?> map && map.get("qemu") instanceof Map<?, ?> qemu) {
            return number(qemu.get("major"))
                    + "."
                    + number(qemu.get("minor"))
                    + "."
                    + number(qemu.get("micro"));
        }
        return "unknown";
    }

    private static String number(@Nullable Object value) {
        return value instanceof Number number ? Long.toString(number.longValue()) : "?";
    }

    /// The process id of QEMU itself, as the host sees it.
    public long pid() {
        return process.pid();
    }

    /// QEMU's own version, such as `7.2.22`.
    public String version() {
        return version;
    }

    /// The unix socket that speaks RFB (VNC), without password: whoever may open it may look.
    public Path vncSocket() {
        return command.socket("vnc");
    }

    /// The unix socket of the guest's first serial port. One client at a time.
    public Path consoleSocket() {
        return command.socket("serial");
    }

    /// Writes what the screen shows as PNG.
    ///
    /// @param png replaced as a whole
    public synchronized void screenshot(Path png) throws HypervisorException {
        Path inside = command.directory().resolve("screen.png");
        qmp.ask("screendump", Map.of("filename", inside.toString(), "format", "png"));
        Path beside = png.resolveSibling(png.getFileName() + ".part");
        try {
            // What the jail wrote is copied, so that its file and rights stay in the jail.
            Files.copy(inside, beside, StandardCopyOption.REPLACE_EXISTING);
            Files.move(beside, png, StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(inside);
        } catch (IOException failure) {
            throw new HypervisorException.FileUnusable(png, failure);
        }
    }

    /// Presses and releases keys together.
    ///
    /// @param keys QEMU key codes (`QKeyCode`), such as `ctrl`, `s`
    public void press(String... keys) throws HypervisorException {
        List<Map<String, Object>> codes = new ArrayList<>();
        for (String key : keys) {
            codes.add(Map.of("type", "qcode", "data", key));
        }
        qmp.ask("send-key", Map.of("keys", codes));
    }

    /// Presses the power button: the guest may shut down, or not.
    public void pressPowerButton() throws HypervisorException {
        qmp.ask("system_powerdown", Map.of());
    }

    /// Goes on after a pause for an error on a disk.
    public void goOn() throws HypervisorException {
        qmp.ask("cont", Map.of());
    }

    /// The agent inside the guest; it may not be there.
    public GuestAgent agent() {
        return agent;
    }

    /// Completed when QEMU ended, for whatever reason.
    public CompletableFuture<Ended> ended() {
        return ended;
    }

    /// Flushes the disks and ends QEMU without asking the guest; kills it after `patience`.
    public void quit(Duration patience) {
        try {
            qmp.ask("quit", Map.of());
        } catch (HypervisorException goneOrStuck) {
            // The wait below tells which.
        }
        try {
            ended.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException stuck) {
            close();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            close();
        }
    }

    /// Kills QEMU at once.
    @Override
    public void close() {
        process.close();
        qmp.close();
    }
}
