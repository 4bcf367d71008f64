package carryall.machine;

import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.Qemu;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/// Takes states of one running machine. The state before stands until the new one is whole and on
/// disk; a machine whose save failed goes on running.
///
/// The order, which a kill at any point leaves right: the guest is held, its memory and devices go
/// to a folder without a number, the disks' layers are digested, the description is written, the
/// folder gets its number, the head names it. What nothing names is removed later.
final class Saving {
    /// So many own layers may lie under a top.
    private static final int MOST_LAYERS = 8;

    /// Shorter than who asks for a save waits.
    private static final Duration MEMORY_PATIENCE = Duration.ofMinutes(10);

    private final MachineDisks disks;
    private final States states;
    private final Fit fit;
    private final Parts parts;
    private final Qemu qemu;
    private final Optional<GuestFolders> folders;
    private final AtomicLong saved = new AtomicLong();
    private Head head;
    private ParentMemory memory;

    /// @param head of the run, as written
    /// @param memory what the memory of the run began with
    Saving(
            MachineDisks disks,
            States states,
            Fit fit,
            Parts parts,
            Qemu qemu,
            Optional<GuestFolders> folders,
            Head head,
            ParentMemory memory) {
        this.disks = disks;
        this.states = states;
        this.fit = fit;
        this.parts = parts;
        this.qemu = qemu;
        this.folders = folders;
        this.head = head;
        this.memory = memory;
    }

    /// How many bytes of memory the save that is under way has gone through.
    long saved() {
        return saved.get();
    }

    /// Saves the machine and leaves it held: its end is the caller's.
    ///
    /// @param reason why, if nobody asked for it; the state's label
    State suspend(Optional<String> reason) throws IOException {
        awaitMemory();
        return withoutWaits(() -> suspendNow(reason));
    }

    private synchronized State suspendNow(Optional<String> reason) throws IOException {
        int number = states.next(head);
        try {
            pause();
            State state = take(number, State.Kind.SUSPENDED, reason, head.disks());
            Map<String, Layers> frozen = new TreeMap<>();
            head.disks().forEach((serial, layers) -> frozen.put(serial, layers.frozenWhole()));
            write(head.asleep(number, frozen));
            return state;
        } catch (IOException | RuntimeException failure) {
            goOn();
            throw failure;
        }
    }

    /// Holds the guest, with all that it asked of its folders answered.
    private void pause() throws IOException {
        if (folders.isPresent()) {
            folders.get().hold();
        }
        qemu.pause();
    }

    /// Lets the guest go on. A read that failed is repeated at once, and waits again.
    private void goOn() throws IOException {
        parts.refuseWaits(false);
        qemu.goOn();
        folders.ifPresent(GuestFolders::release);
    }

    /// Saves the machine, which goes on.
    State snapshot(Optional<String> label) throws IOException {
        awaitMemory();
        return withoutWaits(() -> snapshotNow(label));
    }

    private synchronized State snapshotNow(Optional<String> label) throws IOException {
        int number = states.next(head);
        Map<String, Layers> before = head.disks();
        Map<String, Layers> after = new TreeMap<>();
        Map<String, Path> tops = new LinkedHashMap<>();
        for (String serial : disks.serials()) {
            Layers layers = head.disk(serial);
            Layer.Own top = disks.newTop(serial, layers);
            after.put(serial, layers.under(top));
            tops.put(serial, disks.file(top));
        }
        try {
            pause();
            // Named first: from here on the guest may write to them.
            write(head.running(after, head.parent()));
            try {
                qemu.freeze(tops);
            } catch (HypervisorException failure) {
                write(head.running(before, head.parent()));
                throw failure;
            }
            State state = take(number, State.Kind.SNAPSHOT, label, before);
            write(head.passed(number, after));
            return state;
        } finally {
            goOn();
        }
    }

    private synchronized Optional<ParentMemory.Base> base() {
        return memory.base();
    }

    /// All of the memory is read in a save, and compared with what it began with.
    ///
    /// @throws IOException which says why it does not come
    private void awaitMemory() throws IOException {
        Optional<ParentMemory.Base> base = base();
        if (base.isPresent()) {
            parts.awaitFor(base.get().part(), MEMORY_PATIENCE);
        }
    }

    /// Saves while reads of the disks that would wait fail instead: a guest cannot be held as long
    /// as one waits. QEMU repeats them when the guest goes on.
    private synchronized State withoutWaits(Save save) throws IOException {
        parts.refuseWaits(true);
        try (ReadAhead _ = base().flatMap(base -> parts.readAhead(base.part())).orElse(null)) {
            return save.run();
        } finally {
            parts.refuseWaits(false);
        }
    }

    @FunctionalInterface
    private interface Save {
        State run() throws IOException;
    }

    /// Keeps the number of layers small: a disk with many of the machine's own over the last one
    /// that a kept state shares lets its top take them in, while the guest runs. States keep their
    /// layers.
    void absorb() throws IOException {
        for (String serial : disks.serials()) {
            Layers before;
            synchronized (this) {
                before = head.disk(serial);
            }
            int lowest = Math.max(states.shared(serial, before), released(before));
            if (before.top().isEmpty() || before.frozen().size() - lowest < MOST_LAYERS) {
                continue;
            }
            if (qemu.absorb(serial, lowest)) {
                synchronized (this) {
                    Map<String, Layers> after = new TreeMap<>(head.disks());
                    if (head.disk(serial).equals(before)) {
                        after.put(
                                serial,
                                new Layers(before.frozen().subList(0, lowest), before.top()));
                        write(head.running(after, head.parent()));
                    }
                }
            }
        }
    }

    private static int released(Layers layers) {
        return (int) layers.frozen().stream().filter(Layer.Released.class::isInstance).count();
    }

    /// Writes down which customisations the machine has, as its guest says.
    synchronized void customised(Optional<Customised> customisations) throws IOException {
        write(head.with(customisations));
    }

    private void write(Head next) throws IOException {
        next.write(disks.files().head());
        head = next;
    }

    private State take(
            int number, State.Kind kind, Optional<String> label, Map<String, Layers> layers)
            throws IOException {
        saved.set(0);
        Path beside = states.begin(number);
        try (MemorySave save = new MemorySave(memory)) {
            try {
                thumbnail(States.screenIn(beside));
                Path devices = States.devicesIn(beside);
                qemu.save(save, devices, saved::set);
                Files.setPosixFilePermissions(
                        devices, PosixFilePermissions.fromString("rw-------"));
                MemorySave.Saved stored = save.finish(States.indexIn(beside));
                State state =
                        new State(
                                number,
                                kind,
                                label,
                                head.parent(),
                                Instant.now(),
                                fit.hardware(),
                                Optional.of(
                                        new State.Memory(
                                                qemu.program().version(),
                                                fit.accelerator(),
                                                memory.base().map(ParentMemory.Base::part),
                                                Digest.of(States.indexIn(beside)),
                                                stored.memory().packs(),
                                                Digest.of(devices))),
                                disks.content(layers),
                                head.customised().isPresent(),
                                stored(stored, devices, layers));
                states.complete(beside, state);
                memory = stored.memory();
                return state;
            } catch (IOException | RuntimeException failure) {
                save.abandon();
                throw failure;
            }
        } catch (IOException | RuntimeException failure) {
            FileTree.remove(beside);
            throw failure;
        }
    }

    private ByteSize stored(MemorySave.Saved memoryStored, Path devices, Map<String, Layers> layers)
            throws IOException {
        long bytes = memoryStored.bytes() + Files.size(devices);
        for (Layers disk : layers.values()) {
            if (disk.top().isPresent()) {
                bytes += Files.size(disks.file(disk.top().get()));
            }
        }
        return new ByteSize(bytes);
    }

    private void thumbnail(Path screen) {
        try {
            qemu.screenshot(screen);
        } catch (HypervisorException noScreen) {
            // A state without a picture is as good.
        }
    }

    /// Which layers the machine's disks are made of now.
    synchronized Head head() {
        return head;
    }
}
