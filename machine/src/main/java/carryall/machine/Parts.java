package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.VerifiedFiles;
import carryall.block.BlockDevice;
import carryall.block.FileDevice;
import carryall.block.FuseMount;
import carryall.block.NbdServer;
import carryall.hypervisor.DiskSource;
import carryall.hypervisor.MemorySink;
import carryall.hypervisor.QemuProgram;
import carryall.release.Arrival;
import carryall.release.Shelves;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The parts of an appliance as one run of a machine gets at them: as files, each checked by its
/// digest; or, while the appliance arrives, through the keeper's own NBD server and FUSE mount,
/// which let QEMU wait for what is not here and give it only what was checked. One thread, but for
/// [#arrival].
final class Parts implements AutoCloseable {
    private static final List<Appliance.Part> DISKS =
            List.of(
                    Appliance.Part.SYSTEM,
                    Appliance.Part.SESSION_SYSTEM,
                    Appliance.Part.APP_SYSTEM);

    /// How long a shelf may be away before a machine is not opened.
    private static final Duration SHELF_PATIENCE = Duration.ofSeconds(40);

    private static final List<Appliance.Part> MEMORIES =
            List.of(Appliance.Part.SESSION_MEMORY, Appliance.Part.APP_MEMORY);

    private final InstalledAppliance appliance;
    private final RuntimeFolder runtime;
    private final KeeperLog log;
    private final QemuProgram qemu;
    private final VerifiedFiles verified;
    private final Optional<Arrival> arrival;
    private final Optional<TouchLog> touches;
    private final Deque<AutoCloseable> open = new ArrayDeque<>();
    private Optional<Path> disks = Optional.empty();
    private Optional<Path> memories = Optional.empty();

    private Parts(
            InstalledAppliance appliance,
            RuntimeFolder runtime,
            KeeperLog log,
            QemuProgram qemu,
            Optional<Arrival> arrival,
            Optional<TouchLog> touches) {
        this.appliance = appliance;
        this.runtime = runtime;
        this.log = log;
        this.qemu = qemu;
        this.verified = new VerifiedFiles(appliance.directory());
        this.arrival = arrival;
        this.touches = touches;
    }

    /// Opens an appliance's parts; what is missing begins to arrive.
    ///
    /// @param qemu which reads them
    /// @param touches told what QEMU reads of them; all are then served
    static Parts open(
            Machines machines,
            InstalledAppliance appliance,
            RuntimeFolder runtime,
            KeeperLog log,
            QemuProgram qemu,
            Optional<TouchLog> touches)
            throws IOException {
        Optional<Arrival> arrival = Optional.empty();
        if (!appliance.isWhole()) {
            arrival =
                    Optional.of(
                            Arrival.open(
                                    appliance,
                                    machines.appliances(),
                                    new Shelves(System.getenv()),
                                    log::say));
        }
        return new Parts(appliance, runtime, log, qemu, arrival, touches);
    }

    /// What is arriving; empty if all was here when the run began.
    Optional<Arrival> arrival() {
        return arrival;
    }

    /// A part as a file, which is what the appliance says; waits for it.
    Path file(Appliance.Part part) throws IOException {
        Path file = appliance.file(part);
        if (arrival.isPresent()) {
            arrival.get().await(part, SHELF_PATIENCE);
        } else if (!verified.has(file, appliance.content(part).digest())) {
            throw new ApplianceException.ApplianceDamaged(file, "its digest is another");
        }
        return file;
    }

    /// Waits, however long, until a part that is on its way is here.
    void await(Appliance.Part part) throws IOException {
        if (arrival.isPresent()) {
            arrival.get().await(part);
        }
    }

    /// Waits for a part, and takes nothing from others who do.
    ///
    /// @throws IOException if it is not here in time, which says why
    void awaitFor(Appliance.Part part, Duration patience) throws IOException {
        long end = System.nanoTime() + patience.toNanos();
        if (arrival.isPresent()) {
            arrival.get().hasten(part);
        }
        while (!isHere(part)) {
            if (System.nanoTime() > end) {
                throw new IOException(
                        part.word()
                                + " has not come from the shelf: "
                                + arrival.flatMap(Arrival::stall)
                                        .map(Arrival.Stall::reason)
                                        .orElse("it is slow"));
            }
            Machines.rest();
        }
    }

    /// Whether reads that would wait fail instead, from now on or no more.
    void refuseWaits(boolean refuses) {
        arrival.ifPresent(one -> one.refuse(refuses));
    }

    /// Whether a part can be had as a file at once.
    boolean isHere(Appliance.Part part) throws IOException {
        return arrival.isEmpty() || arrival.get().has(part);
    }

    /// The publisher's disk. It is not read to be checked: of what is here whole, each chunk or the
    /// build itself was.
    DiskSource systemDisk() throws IOException {
        return isServed()
                ? export(Appliance.Part.SYSTEM)
                : new DiskSource.File(appliance.file(Appliance.Part.SYSTEM));
    }

    /// A layer of a disk.
    DiskSource layer(Appliance.Part part) throws IOException {
        return isServed() ? export(part) : new DiskSource.File(file(part));
    }

    private boolean isServed() {
        return arrival.isPresent() || touches.isPresent();
    }

    private DiskSource export(Appliance.Part part) throws IOException {
        if (disks.isEmpty()) {
            Path socket = runtime.disksSocket();
            open.push(NbdServer.listen(socket, devices(DISKS)));
            // Only who gets through the folder above, or has it in the jail, can connect.
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw-rw-"));
            disks = Optional.of(socket);
        }
        return new DiskSource.Export(disks.get(), part.word());
    }

    /// A memory image that is there for QEMU to map.
    ///
    /// @param file as large as the memory
    /// @param isServed whether it is on the keeper's mount, where it can be opened for writing too
    record Memory(Path file, boolean isServed) {}

    /// The image of a memory.
    Memory memory(Appliance.Part part) throws IOException {
        if (!isServed() && qemu.mapsReadOnlyImages()) {
            return new Memory(file(part), false);
        }
        if (arrival.isEmpty()) {
            file(part);
        }
        try {
            if (memories.isEmpty()) {
                Path mount = Files.createDirectories(runtime.memoryMount());
                open.push(FuseMount.mount(mount, devices(MEMORIES), mostRead()));
                memories = Optional.of(mount);
            }
            return new Memory(memories.get().resolve(part.word()), true);
        } catch (IOException missing) {
            log.say(
                    "the memory is not mapped, but "
                            + (arrival.isPresent() ? "waited for: " : "read whole: ")
                            + missing.getMessage());
            return new Memory(file(part), false);
        }
    }

    /// Reads a memory that is mapped from the mount, and is all here, ahead of QEMU.
    Optional<ReadAhead> readAhead(Appliance.Part part) {
        return isServed()
                ? Optional.empty()
                : memories.map(mount -> new ReadAhead(mount.resolve(part.word())));
    }

    /// A page where each is waited for or noted; else what is quickest.
    private int mostRead() {
        return isServed() ? MemorySink.PAGE : FuseMount.USUAL_READ;
    }

    private Map<String, BlockDevice> devices(List<Appliance.Part> parts) throws IOException {
        Map<Appliance.Part, BlockDevice> devices = new EnumMap<>(Appliance.Part.class);
        for (Appliance.Part part : parts) {
            if (appliance.description().parts().containsKey(part)) {
                devices.put(part, device(part));
            }
        }
        Map<String, BlockDevice> named = new LinkedHashMap<>();
        devices.forEach((part, device) -> {
            UnaryOperator<BlockDevice> watch =
                    touches.<UnaryOperator<BlockDevice>>map(log -> one -> log.watching(part, one))
                            .orElse(UnaryOperator.identity());
            named.put(part.word(), watch.apply(device));
        });
        return named;
    }

    private BlockDevice device(Appliance.Part part) throws IOException {
        if (arrival.isPresent()) {
            return new ArrivingPart(arrival.get(), part);
        }
        FileDevice file = FileDevice.open(appliance.file(part));
        open.push(file);
        return file;
    }

    @Override
    public void close() throws IOException {
        // What waits is let go first.
        arrival.ifPresent(open::push);
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException failure) {
                log.say("not closed: " + failure.getMessage());
            } catch (Exception interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
