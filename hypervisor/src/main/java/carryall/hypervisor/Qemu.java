package carryall.hypervisor;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/// One running QEMU. Safe for many threads. QEMU ends at the latest with this process.
public final class Qemu implements AutoCloseable {
    /// What QEMU itself takes beside the guest's memory: translated code, devices, threads' stacks.
    private static final ByteSize OVERHEAD = ByteSize.mebibytes(3072);

    private static final ByteSize LARGEST_DISK = ByteSize.mebibytes(4L << 20);
    private static final int PROCESSES = 1024;
    private static final Duration QMP_PATIENCE = Duration.ofSeconds(30);

    /// QEMU answers nothing while it waits for what is still to come.
    private static final Duration SERVED_PATIENCE = Duration.ofMinutes(10);

    private final JailedProcess process;
    private final QemuCommand command;
    private final Qmp qmp;
    private final Migration migration;
    private final Absorption absorption;

    /// The number of each disk's top layer, guarded by this object.
    private final Map<String, Integer> tops = new HashMap<>();

    private final AgentLine agent;
    private final CompletableFuture<Ended> ended;

    private Qemu(
            JailedProcess process,
            QemuCommand command,
            Qmp qmp,
            Migration migration,
            CompletableFuture<Ended> ended) {
        this.process = process;
        this.command = command;
        this.qmp = qmp;
        this.migration = migration;
        this.absorption = new Absorption(qmp);
        command.machine().disks().forEach(disk -> tops.put(disk.serial(), disk.frozen().size()));
        this.agent = new AgentLine(command.socket("agent"));
        this.ended = ended;
    }

    /// How QEMU ended.
    ///
    /// @param exitCode 0 after a shutdown; 128 + n after signal n
    /// @param lastWords what it said last as errors, at most 4 KiB
    public record Ended(int exitCode, String lastWords) {}

    /// Starts a virtual machine in its jail; the guest is held when this returns, so that what it
    /// says first finds somebody who listens, and [#goOn] lets it run.
    ///
    /// @param directory where QEMU makes its sockets; made by the caller, mode 0700; its path at
    ///   most 80 bytes long
    /// @param events told of each [QemuEvent], in order, on one thread; must not block
    /// @throws HypervisorException if QEMU is missing, the jail forbidden, QEMU ended at once, or a
    ///   state was not taken
    public static Qemu start(
            QemuProgram program,
            VirtualMachine machine,
            Start start,
            Path directory,
            Consumer<QemuEvent> events)
            throws HypervisorException {
        QemuCommand command = new QemuCommand(program, machine, start, directory);
        ByteSize memory = new ByteSize(machine.memory().bytes() + OVERHEAD.bytes());
        Jail jail =
                new Jail(
                        grants(command),
                        directory,
                        machine.network(),
                        new Jail.Limits(memory, LARGEST_DISK, PROCESSES),
                        // Each would make the kernel ask for 2 MiB of what is served.
                        command.mappedImage().filter(MemoryImage::isServed).isPresent()
                                ? Jail.HugePages.REFUSED
                                : Jail.HugePages.ALLOWED);
        for (Disk disk : machine.disks()) {
            JailUser.dedicatedOwns(disk.top());
        }
        JailedProcess process = jail.start(command.words(), program.environment());
        CompletableFuture<Ended> ended = watch(process);
        try {
            Qmp qmp =
                    Qmp.connect(
                            command.socket("qmp"),
                            isServed(command) ? SERVED_PATIENCE : QMP_PATIENCE,
                            ended,
                            event -> QemuEvents.parse(event).ifPresent(events));
            Migration migration = new Migration(qmp, directory, machine.memory().bytes());
            switch (start) {
                case Start.Boot _ -> {}
                case Start.Resume resume ->
                        migration.load(resume, command.mappedImage().isPresent(), ended);
            }
            return new Qemu(process, command, qmp, migration, ended);
        } catch (IOException failure) {
            process.close();
            Ended end = ended.join();
            throw end.lastWords().isEmpty() && failure instanceof HypervisorException ours
                    ? ours
                    : new HypervisorException.QemuFailed(end.exitCode(), end.lastWords());
        }
    }

    private static List<Jail.Grant> grants(QemuCommand command) {
        VirtualMachine machine = command.machine();
        List<Jail.Grant> grants = new ArrayList<>();
        command.program()
                .folder()
                .ifPresent(folder -> grants.add(new Jail.Grant(folder, Jail.Access.READ)));
        // The folder is granted first, so that what is frozen in it is closed to writing after.
        grants.add(new Jail.Grant(machine.layers(), Jail.Access.WRITE));
        for (Disk disk : machine.disks()) {
            grant(disk.base(), grants);
            disk.frozen().forEach(layer -> grant(layer, grants));
        }
        command.mappedImage()
                .ifPresent(image ->
                        grants.add(
                                new Jail.Grant(
                                        image.file(),
                                        command.program().mapsReadOnlyImages()
                                                ? Jail.Access.READ
                                                : Jail.Access.MAP)));
        machine.uefiVariables()
                .ifPresent(file -> grants.add(new Jail.Grant(file, Jail.Access.WRITE)));
        switch (machine.boot()) {
            case Boot.Disk(), Boot.Later() -> {}
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

    private static boolean isServed(QemuCommand command) {
        return command.mappedImage().filter(MemoryImage::isServed).isPresent()
                || command.machine().disks().stream()
                        .anyMatch(disk -> disk.base() instanceof DiskSource.Export);
    }

    private static void grant(DiskSource source, List<Jail.Grant> grants) {
        switch (source) {
            case DiskSource.File(Path file) -> grants.add(new Jail.Grant(file, Jail.Access.READ));
            case DiskSource.Export(Path socket, String _) ->
                    grants.add(new Jail.Grant(socket, Jail.Access.CONNECT));
        }
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

    /// The process id of QEMU itself, as the host sees it.
    public long pid() {
        return process.pid();
    }

    /// Which QEMU it is.
    public QemuProgram program() {
        return command.program();
    }

    /// The unix socket that speaks RFB (VNC), without password: whoever may open it may look.
    public Path vncSocket() {
        return command.socket("vnc");
    }

    /// The unix socket of the guest's first serial port. One client at a time.
    public Path consoleSocket() {
        return command.socket("serial");
    }

    /// The unix socket at the host's end of a virtio serial port. One client at a time.
    ///
    /// @param name one of the machine's ports
    public Path portSocket(String name) {
        return command.socket(name);
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
            try (InputStream image = Files.newInputStream(inside, LinkOption.NOFOLLOW_LINKS)) {
                Files.copy(image, beside, StandardCopyOption.REPLACE_EXISTING);
            }
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

    /// Holds the guest; what it has written is on the host's disks when this returns.
    public void pause() throws HypervisorException {
        qmp.ask("stop", Map.of());
    }

    /// Saves the memory and the devices of a paused guest. It stays paused; if this fails it can go
    /// on, and if this succeeds it can go on too.
    ///
    /// @param memory gets every page of the guest's memory
    /// @param devices a new file that gets the state of the devices
    /// @param memorySent told how many bytes of memory have been gone through, now and then
    /// @throws HypervisorException.StreamRefused if what QEMU saved is not of a known form
    public void save(MemorySink memory, Path devices, LongConsumer memorySent) throws IOException {
        migration.save(memory, devices, memorySent);
    }

    /// Puts a new, empty layer over each disk of a paused guest: what is under it is frozen.
    ///
    /// @param layers files by serial, in the folder of the machine's layers
    public synchronized void freeze(Map<String, Path> layers) throws HypervisorException {
        List<Map<String, Object>> actions = new ArrayList<>();
        for (Disk disk : command.machine().disks()) {
            Path file = layers.get(disk.serial());
            if (file != null) {
                JailUser.dedicatedOwns(file);
                DiskNodes nodes = new DiskNodes(disk);
                int top = tops.getOrDefault(disk.serial(), 0);
                qmp.ask("blockdev-add", nodes.newLayer(top + 1, file));
                actions.add(
                        Map.of(
                                "type",
                                "blockdev-snapshot",
                                "data",
                                Map.of(
                                        "node",
                                        nodes.layerName(top),
                                        "overlay",
                                        nodes.layerName(top + 1))));
            }
        }
        qmp.ask("transaction", Map.of("actions", actions));
        layers.keySet().forEach(serial -> tops.merge(serial, 1, Integer::sum));
    }

    /// Lets the top layer of a running guest's disk take in what the layers under it hold, down to
    /// the lowest ones: those that were in between are then no longer needed. Returns when it is
    /// done, or when a save interrupted it and nothing was changed.
    ///
    /// @param lowest how many layers over the base stay as they are
    /// @return whether it was done
    public boolean absorb(String serial, int lowest) throws HypervisorException {
        for (Disk disk : command.machine().disks()) {
            if (disk.serial().equals(serial)) {
                return absorption.absorb(new DiskNodes(disk), lowest, tops(serial));
            }
        }
        throw new IllegalArgumentException("no disk " + serial);
    }

    private synchronized int tops(String serial) {
        return tops.getOrDefault(serial, 0);
    }

    /// Plugs in a disk that was not there at the start.
    public synchronized void plug(String serial) throws HypervisorException {
        List<Disk> disks = command.machine().disks();
        for (int i = 0; i < disks.size(); i++) {
            if (disks.get(i).serial().equals(serial)) {
                for (Map<String, Object> node : new DiskNodes(disks.get(i)).all()) {
                    qmp.ask("blockdev-add", node);
                }
                qmp.ask("device_add", command.virtio(i));
                return;
            }
        }
        throw new IllegalArgumentException("no disk " + serial);
    }

    /// How many viewers look at the screen at this moment.
    public int viewers() throws HypervisorException {
        return qmp.ask("query-vnc", Map.of()) instanceof Map<?, ?> vnc
                        && vnc.get("clients") instanceof List<?> clients
                ? clients.size()
                : 0;
    }

    /// Lets the guest run: at first, or after a pause.
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
