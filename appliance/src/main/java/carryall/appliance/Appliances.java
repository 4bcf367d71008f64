package carryall.appliance;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Stream;

/// The appliances on this host: a directory with one folder for each, named by digest. A folder
/// never changes once it is whole. One that is arriving has its place already, so that machines can
/// be opened from it. Safe for many processes.
public final class Appliances {
    private static final String DESCRIPTION = "appliance.json";

    /// Beside the appliances; see [ApplianceClaim].
    private static final String CLAIMS = "claims";

    private static final int LARGEST_DESCRIPTION = 1 << 20;

    private final Path directory;

    /// Over a directory, which need not be there yet.
    ///
    /// @param directory made when first needed
    public Appliances(Path directory) {
        this.directory = directory;
    }

    /// All that are here whole, newest first; a damaged one is left out here and reported by
    /// [#find].
    public List<InstalledAppliance> list() throws ApplianceException {
        return all().stream().filter(InstalledAppliance::isWhole).toList();
    }

    /// Those that are not whole yet.
    public List<InstalledAppliance> arriving() throws ApplianceException {
        return all().stream().filter(appliance -> !appliance.isWhole()).toList();
    }

    private List<InstalledAppliance> all() throws ApplianceException {
        List<Path> folders = new ArrayList<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
                for (Path folder : entries) {
                    if (folder.getFileName().toString().matches("[0-9a-f]{64}")) {
                        folders.add(folder);
                    }
                }
            } catch (IOException failure) {
                throw new ApplianceException.StoreUnusable(directory, failure);
            }
        }
        folders.sort(Comparator.comparing(Appliances::added).reversed());
        List<InstalledAppliance> appliances = new ArrayList<>();
        for (Path folder : folders) {
            try {
                appliances.add(find(new Digest("sha256:" + folder.getFileName())));
            } catch (ApplianceException.ApplianceDamaged
                    | ApplianceException.ApplianceMissing reportedByFind) {
                // Whoever asks for it by its digest is told; or it was removed meanwhile.
            }
        }
        return appliances;
    }

    private static FileTime added(Path folder) {
        try {
            return Files.getLastModifiedTime(folder);
        } catch (IOException gone) {
            return FileTime.fromMillis(0);
        }
    }

    /// The one that a digest names, be it whole or arriving.
    ///
    /// @throws ApplianceException.ApplianceMissing if it is not here
    /// @throws ApplianceException.ApplianceDamaged if its description is not what `id` names
    public InstalledAppliance find(Digest id) throws ApplianceException {
        Path folder = directory.resolve(id.hex());
        Path file = folder.resolve(DESCRIPTION);
        try {
            if (!Files.exists(file)) {
                throw new ApplianceException.ApplianceMissing(id.text());
            }
            if (Files.size(file) > LARGEST_DESCRIPTION) {
                throw new ApplianceException.ApplianceDamaged(file, "it is over 1 MiB");
            }
            byte[] bytes = Files.readAllBytes(file);
            if (!Digest.of(bytes).equals(id)) {
                throw new ApplianceException.ApplianceDamaged(file, "its digest is another");
            }
            Appliance description = Appliance.parse(new String(bytes, StandardCharsets.UTF_8));
            return new InstalledAppliance(id, description, folder);
        } catch (IllegalArgumentException wrong) {
            throw new ApplianceException.ApplianceDamaged(file, wrong);
        } catch (ApplianceException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(folder, failure);
        }
    }

    /// The newest one of a name, and of a version if one is given; whole or arriving.
    public Optional<InstalledAppliance> newest(ApplianceName name, Optional<String> version)
            throws ApplianceException {
        return all().stream()
                .filter(appliance -> appliance.description().name().equals(name))
                .filter(appliance ->
                        version.isEmpty()
                                || version.get().equals(appliance.description().version()))
                .findFirst();
    }

    /// The one that was built from these very inputs, and not what was published of it.
    public Optional<InstalledAppliance> builtFrom(Digest recipe, ApplianceName name)
            throws ApplianceException {
        return list().stream()
                .filter(appliance -> appliance.description().recipe().equals(recipe))
                .filter(appliance -> appliance.description().name().equals(name))
                .findFirst();
    }

    /// A new empty folder beside the others, to build in; the caller removes it or [#add]s it.
    /// Folders that a killed build left are removed here, if they can be.
    ///
    /// @param first removes from such a folder what only builds of the caller's kind can remove
    public BuildFolder newFolder(BuildFolder.Removal first) throws ApplianceException {
        try {
            Files.createDirectories(directory);
            removeLeftovers(first);
            return lockedFolder();
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(directory, failure);
        }
    }

    private BuildFolder lockedFolder() throws IOException {
        // Whoever sees the lock's name finds it held, and whoever sees the folder, the lock.
        String name = "build-" + UUID.randomUUID();
        Path unnamed = directory.resolve("." + name);
        FileChannel lock =
                FileChannel.open(unnamed, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        lock.lock();
        Path folder = directory.resolve(name);
        Files.move(unnamed, BuildFolder.lockOf(folder), StandardCopyOption.ATOMIC_MOVE);
        Files.createDirectory(folder);
        return new BuildFolder(folder, lock);
    }

    private void removeLeftovers(BuildFolder.Removal first) throws IOException {
        Set<Path> left = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, "build-*")) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                left.add(
                        name.endsWith(BuildFolder.LOCK)
                                ? directory.resolve(
                                        name.substring(
                                                0, name.length() - BuildFolder.LOCK.length()))
                                : entry);
            }
        }
        for (Path folder : left) {
            try {
                BuildFolder.removeIfLeft(folder, first);
            } catch (IOException stays) {
                // It takes space, and nothing else; the next build tries again.
            }
        }
    }

    /// Takes a folder from [#newFolder] that holds every part as the description says: writes the
    /// description, flushes all to disk, makes the files read-only, and moves the folder to its
    /// place.
    public InstalledAppliance add(BuildFolder folder, Appliance description)
            throws ApplianceException {
        return place(folder.path(), description);
    }

    /// Gives an appliance that is to arrive its place, unless it has one.
    ///
    /// @param folder from [#newFolder], with what is needed to fetch it
    public InstalledAppliance addArriving(BuildFolder folder, Appliance description)
            throws ApplianceException {
        byte[] text = description.text().getBytes(StandardCharsets.UTF_8);
        Digest id = Digest.of(text);
        Path place = directory.resolve(id.hex());
        try {
            Files.write(folder.path().resolve(DESCRIPTION), text);
            Files.createFile(folder.path().resolve(InstalledAppliance.ARRIVING));
            if (!Files.exists(place)) {
                Files.move(folder.path(), place, StandardCopyOption.ATOMIC_MOVE);
            }
            return find(id);
        } catch (ApplianceException ours) {
            throw ours;
        } catch (IOException failure) {
            if (Files.exists(place)) {
                return find(id);
            }
            throw new ApplianceException.StoreUnusable(place, failure);
        }
    }

    /// Waits until nobody else is making an arriving appliance whole.
    ///
    /// @return empty if it is whole now
    public Optional<ArrivalLock> lock(InstalledAppliance arriving) throws ApplianceException {
        try {
            Optional<ArrivalLock> lock = ArrivalLock.of(arriving.arriving());
            if (lock.isPresent() && arriving.isWhole()) {
                lock.get().close();
                return Optional.empty();
            }
            return lock;
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(arriving.directory(), failure);
        }
    }

    /// The same without waiting.
    ///
    /// @return empty if it is whole, or somebody else is at it
    public Optional<ArrivalLock> tryLock(InstalledAppliance arriving) throws ApplianceException {
        try {
            Optional<ArrivalLock> lock = ArrivalLock.tryOf(arriving.arriving());
            if (lock.isPresent() && arriving.isWhole()) {
                lock.get().close();
                return Optional.empty();
            }
            return lock;
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(arriving.directory(), failure);
        }
    }

    /// Says that all of an arriving appliance is here; the caller holds its lock and has checked
    /// it.
    public void complete(InstalledAppliance arriving) throws ApplianceException {
        try {
            seal(arriving.directory());
            VerifiedFiles verified = new VerifiedFiles(arriving.directory());
            for (var part : arriving.description().parts().entrySet()) {
                verified.believe(arriving.file(part.getKey()), part.getValue().digest());
            }
            Files.deleteIfExists(arriving.arriving());
            flush(arriving.directory());
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(arriving.directory(), failure);
        }
    }

    /// Keeps an appliance from being removed until this is closed; it need not be here yet. Waits
    /// while it is being removed.
    public ApplianceClaim claim(Digest id) throws ApplianceException {
        try {
            Files.createDirectories(directory);
            return ApplianceClaim.of(directory.resolve(CLAIMS), id);
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(directory, failure);
        }
    }

    /// Tells which appliances must stay.
    @FunctionalInterface
    public interface Needs {
        /// Those that something needs at this moment.
        Set<Digest> now() throws IOException;
    }

    /// Removes an appliance, unless it is needed, somebody has a claim to it, or a process makes it
    /// whole.
    ///
    /// @param needs asked when nobody can claim it any more
    /// @return whether it is removed by this
    public boolean removeUnneeded(InstalledAppliance appliance, Needs needs) throws IOException {
        try (SystemLock alone =
                ApplianceClaim.refusing(directory.resolve(CLAIMS), appliance.id()).orElse(null)) {
            if (alone == null || needs.now().contains(appliance.id())) {
                return false;
            }
            if (appliance.isWhole()) {
                remove(appliance.id());
                return true;
            }
            try (ArrivalLock lock = tryLock(appliance).orElse(null)) {
                if (lock == null) {
                    return false;
                }
                remove(appliance.id());
                return true;
            }
        } catch (ApplianceException.ApplianceMissing removedMeanwhile) {
            return false;
        }
    }

    private InstalledAppliance place(Path folder, Appliance description) throws ApplianceException {
        byte[] text = description.text().getBytes(StandardCharsets.UTF_8);
        Digest id = Digest.of(text);
        Path place = directory.resolve(id.hex());
        try {
            Files.write(folder.resolve(DESCRIPTION), text);
            seal(folder);
            if (Files.exists(place)) {
                BuildFolder.remove(folder);
            } else {
                Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
                flush(directory);
            }
            return find(id);
        } catch (ApplianceException ours) {
            throw ours;
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(place, failure);
        }
    }

    private static void seal(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                // A lock on this one would be gone once it were closed here.
                if (file.endsWith(InstalledAppliance.ARRIVING)) {
                    continue;
                }
                flush(file);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
            }
        }
    }

    private static void flush(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    /// Removes one that nobody needs any more: it is gone at once, and its files soon after; if
    /// this is killed between, the next build removes them.
    ///
    /// @throws ApplianceException.ApplianceMissing if it is not here
    public void remove(Digest id) throws ApplianceException {
        Path place = directory.resolve(id.hex());
        if (!Files.isDirectory(place)) {
            throw new ApplianceException.ApplianceMissing(id.text());
        }
        try (BuildFolder aside = lockedFolder()) {
            Files.move(place, aside.path().resolve(id.hex()), StandardCopyOption.ATOMIC_MOVE);
            flush(directory);
        } catch (NoSuchFileException removedMeanwhile) {
            throw new ApplianceException.ApplianceMissing(id.text());
        } catch (IOException failure) {
            throw new ApplianceException.StoreUnusable(place, failure);
        }
    }

    /// Reads every part again and compares it with its digest.
    public void verify(InstalledAppliance appliance) throws ApplianceException {
        for (var part : appliance.description().parts().entrySet()) {
            Path file = appliance.file(part.getKey());
            try {
                if (!Digest.of(file).equals(part.getValue().digest())) {
                    throw new ApplianceException.ApplianceDamaged(file, "its digest is another");
                }
            } catch (ApplianceException ours) {
                throw ours;
            } catch (NoSuchFileException gone) {
                throw new ApplianceException.ApplianceDamaged(file, "it is not there");
            } catch (IOException failure) {
                throw new ApplianceException.StoreUnusable(file, failure);
            }
        }
    }
}
