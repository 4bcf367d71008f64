package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.MemoryIndex;
import carryall.appliance.Scratch;
import carryall.hypervisor.MemoryImage;
import carryall.hypervisor.MemorySink;
import carryall.hypervisor.MemorySource;
import carryall.hypervisor.Start;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// How a machine is opened: from its own state, from a warm state of its appliance, or by booting;
/// with which layers, and over which memory its next save lies.
///
/// @param disks with a top each
/// @param parent the state that the run goes on from
/// @param memory what the memory begins with
/// @param plugged serials of disks that are plugged in once the guest runs
/// @param guest what it did before
/// @param layer how much of the user's customisations the guest sees
/// @param reason for people
record Opening(
        Map<String, Layers> disks,
        Optional<Integer> parent,
        Start start,
        ParentMemory memory,
        Set<String> plugged,
        Guest guest,
        Customised.Layer layer,
        String reason) {
    /// What the guest did before.
    enum Guest {
        BOOTS,
        /// It must be told the time and who it is.
        SLEPT,
        /// The same, and its app's window was on the screen.
        SLEPT_WITH_APP
    }

    /// Chooses, and makes the layers that are to be written.
    static Opening choose(
            Keeper.Wish wish, Head head, MachineDisks disks, States states, Fit fit, Parts parts)
            throws IOException {
        InstalledAppliance appliance = disks.appliance();
        if (wish == Keeper.Wish.BOOT) {
            return boot(head, disks, fit, "booting, as asked");
        }
        if (wish == Keeper.Wish.CUSTOMISE) {
            if (!appliance.description().isCustomisable()) {
                throw new MachineException.NotCustomisable(
                        fit.machine().name(), appliance.description().version());
            }
            return boot(head, disks, fit, "booting with the system writable; changes are kept")
                    .writable();
        }
        if (head.suspended().isPresent()) {
            try {
                return resume(head.suspended().get(), head, disks, states, fit, parts);
            } catch (MachineException.StateRefused | ApplianceException.ApplianceDamaged refused) {
                return boot(head, disks, fit, "booting: " + refused.getMessage());
            }
        }
        if (layer(head, disks) == Customised.Layer.KEPT) {
            return boot(
                    head, disks, fit, "booting: what was published warm lacks your customisations");
        }
        Optional<Appliance.Warm> warm = appliance.description().warm();
        if (warm.isEmpty()) {
            return boot(head, disks, fit, "booting: the appliance has no warm state");
        }
        Optional<String> misfit = fit.misfit(warm.get());
        if (misfit.isPresent()) {
            return boot(head, disks, fit, "booting: the warm state " + misfit.get());
        }
        Scratch scratch = appliance.description().scratch();
        if (!head.disksAtStart(scratch)
                .getOrDefault(MachineDisks.SYSTEM, Layers.NONE)
                .equals(Layers.NONE)) {
            return boot(head, disks, fit, "booting: the system was written to, which is kept");
        }
        try {
            // The app was saved over its own release's template, and over nothing else.
            boolean isOverTemplate =
                    head.disk(MachineDisks.PERSONAL).equals(Layers.NONE)
                            && fit.machine().origin().equals(appliance.id());
            return isOverTemplate ? app(disks, fit, parts) : session(head, disks, fit, parts);
        } catch (ApplianceException.ApplianceDamaged damaged) {
            return boot(head, disks, fit, "booting: " + damaged.getMessage());
        }
    }

    /// By booting from the disks, without what is dropped of them.
    static Opening boot(Head head, MachineDisks disks, Fit fit, String reason) throws IOException {
        Scratch scratch = disks.appliance().description().scratch();
        return new Opening(
                disks.withTops(head.disksAtStart(scratch)),
                head.parent(),
                new Start.Boot(),
                ParentMemory.empty(fit.pages(), disks.files().memory()),
                Set.of(),
                Guest.BOOTS,
                layer(head, disks),
                reason);
    }

    private static Customised.Layer layer(Head head, MachineDisks disks) {
        return head.customised().isPresent() && disks.appliance().description().isCustomisable()
                ? Customised.Layer.KEPT
                : Customised.Layer.NONE;
    }

    private Opening writable() {
        return new Opening(
                disks, parent, start, memory, plugged, guest, Customised.Layer.WRITABLE, reason);
    }

    private static Opening resume(
            int number, Head head, MachineDisks disks, States states, Fit fit, Parts parts)
            throws IOException {
        State state = states.find(number);
        if (state.memory().isEmpty()) {
            return boot(head, disks, fit, "booting: state " + number + " holds no memory");
        }
        State.Memory memory = state.memory().get();
        Optional<String> misfit = fit.misfit(state.hardware(), memory);
        if (misfit.isPresent()) {
            return boot(head, disks, fit, "booting: state " + number + " " + misfit.get());
        }
        Optional<MemoryImage> image = Optional.empty();
        Optional<ParentMemory.Base> base = Optional.empty();
        if (memory.base().isPresent()) {
            image = Optional.of(image(memory.base().get(), fit, parts));
            base = Optional.of(base(memory.base().get(), disks));
        }
        ParentMemory parent = states.verified(state, memory, base, disks, fit.pages());
        List<Path> packs =
                parent.packs().stream()
                        .map(pack -> parent.packFolder().resolve(pack.fileName()))
                        .toList();
        Start start =
                new Start.Resume(
                        states.devices(number), image, parent.index().source(packs), Set.of());
        return new Opening(
                disks.withTops(head.disks()),
                Optional.of(number),
                start,
                parent,
                Set.of(),
                Guest.SLEPT,
                layer(head, disks),
                "resuming state " + number);
    }

    /// The first run: the app is up, over the template of the personal disk.
    private static Opening app(MachineDisks disks, Fit fit, Parts parts) throws IOException {
        Path released = parts.file(Appliance.Part.APP_PERSONAL);
        // Named by its content: states of an earlier release may name that one's.
        String content = disks.appliance().content(Appliance.Part.APP_PERSONAL).digest().hex();
        Layer.Own copied = new Layer.Own("app.personal-" + content.substring(0, 16) + ".qcow2");
        // A copy: the user's data must outlive the appliance.
        Path own = disks.files().disks().resolve(copied.fileName());
        Path beside = own.resolveSibling(own.getFileName() + ".part");
        Files.copy(released, beside, StandardCopyOption.REPLACE_EXISTING);
        Files.move(beside, own, StandardCopyOption.ATOMIC_MOVE);
        Map<String, Layers> layers = new TreeMap<>();
        layers.put(
                MachineDisks.SYSTEM,
                new Layers(
                        List.of(
                                new Layer.Released(Appliance.Part.SESSION_SYSTEM),
                                new Layer.Released(Appliance.Part.APP_SYSTEM)),
                        Optional.empty()));
        layers.put(MachineDisks.PERSONAL, new Layers(List.of(copied), Optional.empty()));
        return warm(
                layers,
                disks,
                fit,
                parts,
                Appliance.Part.APP_MEMORY,
                Appliance.Part.APP_DEVICES,
                Set.of(),
                Guest.SLEPT_WITH_APP,
                "opening the app as it was published");
    }

    /// A later run: the desktop is up, the user's own personal disk is plugged in, the app starts.
    private static Opening session(Head head, MachineDisks disks, Fit fit, Parts parts)
            throws IOException {
        Map<String, Layers> layers = new TreeMap<>(head.disks());
        layers.put(
                MachineDisks.SYSTEM,
                new Layers(
                        List.of(new Layer.Released(Appliance.Part.SESSION_SYSTEM)),
                        Optional.empty()));
        return warm(
                layers,
                disks,
                fit,
                parts,
                Appliance.Part.SESSION_MEMORY,
                Appliance.Part.SESSION_DEVICES,
                Set.of(MachineDisks.PERSONAL),
                Guest.SLEPT,
                "opening the desktop as it was published, with your personal disk");
    }

    private static Opening warm(
            Map<String, Layers> layers,
            MachineDisks disks,
            Fit fit,
            Parts parts,
            Appliance.Part memory,
            Appliance.Part devices,
            Set<String> plugged,
            Guest guest,
            String reason)
            throws IOException {
        MemoryImage image = image(memory, fit, parts);
        Start start =
                new Start.Resume(
                        parts.file(devices), Optional.of(image), MemorySource.NOTHING, plugged);
        ParentMemory parent =
                new ParentMemory(
                        Optional.of(base(memory, disks)),
                        new MemoryIndex(fit.pages(), List.of()),
                        List.of(),
                        disks.files().memory());
        return new Opening(
                disks.withTops(layers),
                Optional.empty(),
                start,
                parent,
                plugged,
                guest,
                Customised.Layer.NONE,
                reason);
    }

    /// The file itself, also where QEMU maps it from elsewhere.
    private static ParentMemory.Base base(Appliance.Part memory, MachineDisks disks) {
        return new ParentMemory.Base(memory, disks.appliance().file(memory));
    }

    private static MemoryImage image(Appliance.Part memory, Fit fit, Parts parts)
            throws IOException {
        Appliance.Part indexPart =
                memory == Appliance.Part.APP_MEMORY
                        ? Appliance.Part.APP_INDEX
                        : Appliance.Part.SESSION_INDEX;
        MemoryIndex index = MemoryIndex.read(parts.file(indexPart));
        long size = fit.appliance().content(memory).size().bytes();
        if (size != (long) index.pages() * MemorySink.PAGE) {
            throw new IOException(memory + " has not the size that its index says");
        }
        Parts.Memory image = parts.memory(memory);
        return new MemoryImage(image.file(), index.source(List.of(image.file())), image.isServed());
    }

    /// The head of a run that begins so.
    Head head(Head before) {
        return before.running(disks, parent);
    }
}
