package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.InstalledAppliance;
import carryall.appliance.VerifiedFiles;
import carryall.hypervisor.Firmware;
import carryall.hypervisor.HypervisorException;
import carryall.hypervisor.MacAddress;
import carryall.hypervisor.Network;
import carryall.hypervisor.Ovmf;
import carryall.release.Arrival;
import carryall.release.Shelves;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/// A machine that is about to be made, beside the others until it is whole.
///
/// @param machines beside which others
/// @param appliance what it is made of
/// @param granted the network it may reach
record NewMachine(
        Machines machines,
        MachineName name,
        InstalledAppliance appliance,
        Network granted,
        Lifetime lifetime) {
    private static final Duration SHELF_PATIENCE = Duration.ofSeconds(60);

    /// The folder of a machine that is being made or removed: `.name.uuid`.
    private static final String ASIDE = "\\.[a-z0-9][a-z0-9-]{0,63}\\.[0-9a-f-]{36}";

    /// Makes it, whole or not at all.
    Machine make() throws MachineException {
        Path home = machines.home();
        Path place = home.resolve("machines").resolve(name.text());
        String ownName = name + "." + UUID.randomUUID();
        Path unnamed = place.resolveSibling(".new." + ownName);
        Path beside = place.resolveSibling("." + ownName);
        Appliance description = appliance.description();
        Machine machine =
                Machine.fresh(
                        name,
                        UUID.randomUUID(),
                        appliance.id(),
                        randomMac(),
                        description.memory(),
                        description.cpus(),
                        granted,
                        lifetime,
                        Instant.now());
        try {
            Files.createDirectories(place.getParent());
            Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx------"));
            if (Files.exists(place)) {
                throw new MachineException.NameInUse(name);
            }
            removeLeftovers(home.resolve("machines"));
            Files.createDirectory(unnamed);
            // Whoever sees the name beside finds the lock held.
            try (MachineFolder.Lock _ = new MachineFolder(unnamed).tryLock().orElseThrow()) {
                Files.move(unnamed, beside, StandardCopyOption.ATOMIC_MOVE);
                MachineFolder files = new MachineFolder(beside);
                Files.createDirectory(files.disks());
                if (description.parts().containsKey(Appliance.Part.PERSONAL)) {
                    Disks.copy(template(), files.personal());
                }
                if (description.firmware() == Firmware.UEFI) {
                    Disks.copy(Ovmf.newVariables(), files.uefiVariables());
                }
                Head.NEW.write(files.head());
                MachineFolder.writeWhole(files.machine(), MachineText.write(machine));
                Files.move(beside, place, StandardCopyOption.ATOMIC_MOVE);
            }
            return machine;
        } catch (MachineException ours) {
            throw ours;
        } catch (HypervisorException.FirmwareMissing failure) {
            throw new MachineException.FirmwareMissing(name, failure);
        } catch (IOException failure) {
            if (Files.exists(place)) {
                throw new MachineException.NameInUse(name);
            }
            if (String.valueOf(failure.getMessage()).contains("No space left")) {
                throw new MachineException.DiskFull(place, failure);
            }
            throw new MachineException.StateUnusable(place, failure);
        } finally {
            removeQuietly(unnamed);
            removeQuietly(beside);
        }
    }

    /// Removes what a killed [#make] or [Machines#remove] left. The template of the personal disk,
    /// which of all parts is needed first.
    private Path template() throws IOException {
        Path template = appliance.file(Appliance.Part.PERSONAL);
        boolean isHere =
                appliance.isWhole()
                        || new VerifiedFiles(appliance.directory())
                                .knows(
                                        template,
                                        appliance.content(Appliance.Part.PERSONAL).digest());
        if (!isHere) {
            try (Arrival arrival =
                    Arrival.open(
                            appliance,
                            machines.appliances(),
                            new Shelves(System.getenv()),
                            _ -> {})) {
                arrival.await(Appliance.Part.PERSONAL, SHELF_PATIENCE);
            }
        }
        return template;
    }

    private static void removeLeftovers(Path all) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(all, ".*")) {
            for (Path folder : folders) {
                if (!folder.getFileName().toString().matches(ASIDE)) {
                    continue;
                }
                MachineFolder files = new MachineFolder(folder);
                if (!Files.exists(files.lock())) {
                    removeQuietly(folder);
                    continue;
                }
                Optional<MachineFolder.Lock> unheld = files.tryLock();
                if (unheld.isPresent()) {
                    try (MachineFolder.Lock _ = unheld.get()) {
                        removeQuietly(folder);
                    }
                }
            }
        }
    }

    static void removeQuietly(Path folder) {
        try {
            FileTree.remove(folder);
        } catch (IOException leftForNextTime) {
            // The folder's name starts with a dot: no verb takes it for a machine.
        }
    }

    static MacAddress randomMac() {
        byte[] bytes = new byte[3];
        new SecureRandom().nextBytes(bytes);
        return new MacAddress("52:54:00:%02x:%02x:%02x".formatted(bytes[0], bytes[1], bytes[2]));
    }
}
