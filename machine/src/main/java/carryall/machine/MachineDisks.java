package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.VerifiedFiles;
import carryall.crypto.Digest;
import carryall.hypervisor.ByteSize;
import carryall.hypervisor.Disk;
import carryall.hypervisor.DiskSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/// The disks of one machine as files: what its [Layers] stand for, and how they are made.
///
/// @param files the machine's
/// @param appliance what it is an instance of
record MachineDisks(MachineFolder files, InstalledAppliance appliance) {
    static final String SYSTEM = "system";
    static final String PERSONAL = "personal";

    /// Which disks the machine has.
    List<String> serials() {
        return appliance.description().parts().containsKey(Appliance.Part.PERSONAL)
                ? List.of(SYSTEM, PERSONAL)
                : List.of(SYSTEM);
    }

    /// What lies under all layers of a disk.
    Path base(String serial) throws MachineException {
        return present(
                serial.equals(SYSTEM) ? appliance.file(Appliance.Part.SYSTEM) : files.personal());
    }

    Path file(Layer layer) throws MachineException {
        return present(
                switch (layer) {
                    case Layer.Released(Appliance.Part part) -> appliance.file(part);
                    case Layer.Own(String fileName) -> files.disks().resolve(fileName);
                });
    }

    private static Path present(Path disk) throws MachineException {
        if (!Files.isRegularFile(disk)) {
            throw new MachineException.MachineDamaged(disk, "it is not there");
        }
        return disk;
    }

    /// A new empty layer for over all that a disk has.
    Layer.Own newTop(String serial, Layers under) throws MachineException {
        return newTop(serial, under, sizeBytes(serial, under));
    }

    /// The same of a disk that gets another size.
    Layer.Own newTop(String serial, Layers under, long sizeBytes) throws MachineException {
        Layer.Own top = new Layer.Own(serial + "-" + UUID.randomUUID() + ".qcow2");
        List<Layer> all = under.all();
        Path file = files.disks().resolve(top.fileName());
        if (all.isEmpty()) {
            Disks.layer(file, base(serial), Disks.Format.RAW, sizeBytes);
        } else {
            Disks.layer(file, file(all.getLast()), Disks.Format.QCOW2, sizeBytes);
        }
        return top;
    }

    /// How large a disk is: as the highest layer says that the machine itself made, for a personal
    /// disk may have grown over what lies under it; not below its base.
    long sizeBytes(String serial, Layers layers) throws MachineException {
        Path base = base(serial);
        try {
            long size = Files.size(base);
            if (serial.equals(PERSONAL)) {
                for (Layer layer : layers.all()) {
                    if (layer instanceof Layer.Own(String name) && name.startsWith(serial + "-")) {
                        size = Math.max(size, LayeredDisk.size(file(layer)));
                    }
                }
            }
            return size;
        } catch (MachineException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new MachineException.StateUnusable(base, failure);
        }
    }

    /// How large the personal disk is, and how full; empty if there is none. What the layers hold
    /// is read as far as it can be.
    Optional<DiskSpace> space(Layers layers) throws MachineException {
        if (!serials().contains(PERSONAL)) {
            return Optional.empty();
        }
        ByteSize size = new ByteSize(sizeBytes(PERSONAL, layers));
        List<Path> images = new ArrayList<>();
        for (Layer layer : layers.all()) {
            images.add(file(layer));
        }
        try (LayeredDisk disk = LayeredDisk.open(base(PERSONAL), images)) {
            return Optional.of(
                    new DiskSpace(
                            size,
                            Superblock.read(disk, disk.size())
                                    .map(found -> new ByteSize(found.usedBytes()))));
        } catch (IOException notOfAKnownForm) {
            return Optional.of(new DiskSpace(size, Optional.empty()));
        }
    }

    /// The disks with a top for each.
    Map<String, Layers> withTops(Map<String, Layers> layers) throws MachineException {
        Map<String, Layers> all = new TreeMap<>();
        for (String serial : serials()) {
            Layers disk = layers.getOrDefault(serial, Layers.NONE);
            all.put(serial, disk.top().isPresent() ? disk : disk.under(newTop(serial, disk)));
        }
        return all;
    }

    /// The disks for the hypervisor, in the guest's order.
    ///
    /// @param layers with a top each
    List<Disk> disks(Map<String, Layers> layers, Parts parts) throws IOException {
        List<Disk> disks = new ArrayList<>();
        for (String serial : serials()) {
            Layers disk = layers.getOrDefault(serial, Layers.NONE);
            List<DiskSource> frozen = new ArrayList<>();
            for (Layer layer : disk.frozen()) {
                frozen.add(
                        switch (layer) {
                            case Layer.Released(Appliance.Part part) -> parts.layer(part);
                            case Layer.Own own -> new DiskSource.File(file(own));
                        });
            }
            DiskSource base =
                    serial.equals(SYSTEM) ? parts.systemDisk() : new DiskSource.File(base(serial));
            disks.add(new Disk(serial, base, frozen, file(disk.top().orElseThrow())));
        }
        return disks;
    }

    /// One disk for the hypervisor, of a machine that does not run and whose appliance is whole.
    ///
    /// @param layers with a top
    Disk offline(String serial, Layers layers) throws MachineException {
        List<Path> frozen = new ArrayList<>();
        for (Layer layer : layers.frozen()) {
            frozen.add(file(layer));
        }
        return new Disk(serial, base(serial), frozen, file(layers.top().orElseThrow()));
    }

    /// What the layers hold, read where it is not known yet.
    Map<String, List<State.FrozenLayer>> content(Map<String, Layers> layers) throws IOException {
        VerifiedFiles verified = new VerifiedFiles(files.disks());
        Map<String, List<State.FrozenLayer>> content = new TreeMap<>();
        for (String serial : serials()) {
            List<State.FrozenLayer> disk = new ArrayList<>();
            for (Layer layer : layers.getOrDefault(serial, Layers.NONE).all()) {
                Digest digest =
                        switch (layer) {
                            case Layer.Released(Appliance.Part part) ->
                                    appliance.content(part).digest();
                            case Layer.Own own -> verified.digestOnce(file(own));
                        };
                disk.add(new State.FrozenLayer(layer, digest));
            }
            content.put(serial, List.copyOf(disk));
        }
        return content;
    }

    /// Makes frozen layers unwritable, and the user's own again.
    void seal(Map<String, Layers> layers) throws IOException {
        Object owner = Files.getAttribute(files.path(), "unix:uid");
        Object group = Files.getAttribute(files.path(), "unix:gid");
        for (Layers disk : layers.values()) {
            for (Layer layer : disk.frozen()) {
                if (layer instanceof Layer.Own own) {
                    Path file = file(own);
                    Files.setPosixFilePermissions(
                            file, PosixFilePermissions.fromString("r--r--r--"));
                    Files.setAttribute(file, "unix:uid", owner);
                    Files.setAttribute(file, "unix:gid", group);
                }
            }
        }
    }
}
