package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.Appliances;
import carryall.appliance.ArrivalLock;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Assembly;
import carryall.chunk.Block;
import carryall.chunk.Image;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.chunk.Plan;
import carryall.transport.Repository;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/// Makes an appliance of a release: what this host has already is copied, the rest comes from the
/// shelf by the shortest way, and every chunk is checked before it is written. Cut at any moment,
/// it goes on where it stopped, because it reads from the files themselves what has arrived.
///
/// One thread calls it; it fetches on several.
public final class Fetching implements Closeable {
    private static final int AT_ONCE = 6;

    /// What is shorter comes with the first packets.
    private static final int LEAST_MEASURED_BYTES = 128 << 10;

    private final Repository repository;
    private final Appliances appliances;
    private final Release release;
    private final Appliance description;
    private final Index index;
    private final byte[] indexBytes;
    private final Duration indexTook;
    private final Holdings holdings;
    private final Optional<Source> source;

    private Fetching(
            Repository repository,
            Optional<Source> source,
            Appliances appliances,
            Release release,
            Appliance description,
            Index index,
            byte[] indexBytes,
            Duration indexTook,
            Holdings holdings) {
        this.repository = repository;
        this.source = source;
        this.appliances = appliances;
        this.release = release;
        this.description = description;
        this.indexBytes = indexBytes;
        this.indexTook = indexTook;
        this.index = index;
        this.holdings = holdings;
    }

    /// Reads what the release is made of; its images not yet.
    ///
    /// @param source what the repository is opened again by; without one, only this process can
    ///   finish
    /// @param appliances of this host
    public static Fetching begin(
            Repository repository, Optional<Source> source, Appliances appliances, Release release)
            throws IOException {
        try {
            long asked = System.nanoTime();
            byte[] indexBytes = blob(repository, release.index());
            Duration indexTook = Duration.ofNanos(System.nanoTime() - asked);
            Appliance description = description(repository, release);
            Index index = IndexFormat.read(indexBytes);
            checkIndex(index, description);
            return new Fetching(
                    repository,
                    source,
                    appliances,
                    release,
                    description,
                    index,
                    indexBytes,
                    indexTook,
                    Holdings.open(appliances, repository, release));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.NotRelease(repository.location(), release.digest(), wrong);
        }
    }

    private static byte[] blob(Repository repository, Descriptor descriptor) throws IOException {
        return repository.blob(descriptor.digest(), descriptor.size());
    }

    /// What a release says of its appliance.
    public static Appliance description(Repository repository, Release release) throws IOException {
        byte[] text = blob(repository, release.description());
        try {
            return Appliance.parse(new String(text, StandardCharsets.UTF_8));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.NotRelease(repository.location(), release.digest(), wrong);
        }
    }

    /// An index makes exactly the parts that the description has.
    private static void checkIndex(Index index, Appliance description) {
        Set<Appliance.Part> parts = new HashSet<>();
        for (Image image : index.images()) {
            Appliance.Part part = InstalledRelease.part(image.name());
            Appliance.Content content = description.parts().get(part);
            if (content == null || content.size().bytes() != image.sizeBytes()) {
                throw new IllegalArgumentException("its index and its description differ");
            }
            parts.add(part);
        }
        if (!parts.equals(description.parts().keySet())) {
            throw new IllegalArgumentException("its index lacks a part");
        }
    }

    /// What the appliance says of itself.
    public Appliance description() {
        return description;
    }

    /// How many bytes an undisturbed fetch would take that begins with nothing of the release here.
    public long bytes() {
        return holdings.plan(index, new BitSet()).bytes();
    }

    /// How many bytes it would take somebody who has nothing at all.
    public long bytesOfAll() {
        return Plan.of(index, new BitSet(), List.of(), List.of()).bytes();
    }

    /// How fast the shelf gave the index, in bytes a second, if that was enough to tell.
    public OptionalLong bytesPerSecond() {
        return indexBytes.length < LEAST_MEASURED_BYTES
                ? OptionalLong.empty()
                : OptionalLong.of(indexBytes.length * 1000L / Math.max(1, indexTook.toMillis()));
    }

    /// Gives the appliance its place on this host, with nothing of it or what was left of an
    /// earlier fetch, so that it can be opened or finished.
    ///
    /// @throws ReleaseException.NoSpace if it will not all fit
    public InstalledAppliance arrive() throws IOException {
        Optional<InstalledAppliance> before = present();
        if (before.isPresent()) {
            if (source.isPresent() && !before.get().isWhole()) {
                source.get().write(before.get().directory());
            }
            return before.get();
        }
        try (BuildFolder folder = appliances.newFolder(_ -> {})) {
            checkSpace(folder.path(), new BitSet());
            Files.write(folder.path().resolve(InstalledRelease.INDEX_FILE), indexBytes);
            Files.writeString(
                    folder.path().resolve(InstalledRelease.MANIFEST_FILE),
                    release.manifest().text());
            if (source.isPresent()) {
                source.get().write(folder.path());
            }
            assembly(folder.path()).close();
            return appliances.addArriving(folder, description);
        }
    }

    /// Begins to get what opening a machine needs of an appliance that has its place. To be closed
    /// before this.
    public HeadStart ahead(InstalledAppliance arriving) throws IOException {
        return HeadStart.begin(
                arriving, repository, index, holdings.spaces(), holdings.plan(index, new BitSet()));
    }

    private Assembly assembly(Path folder) throws IOException {
        return Assembly.open(index, InstalledRelease.files(index, folder));
    }

    private Download download(Assembly assembly, FetchListener listener) {
        return new Download(
                repository, index, holdings.spaces(), assembly, listener, Download.Manners.GIVE_UP);
    }

    private static void complete(Download download, Plan plan) throws IOException {
        download.follow(plan);
        download.wantRest();
        download.start(AT_ONCE, 0);
        download.awaitAll();
    }

    /// Gets all that is missing. Waits while another process does the same.
    ///
    /// @throws carryall.transport.TransportException if the shelf fails; what has arrived stays
    /// @throws ReleaseException if what came is not what the release says
    public InstalledAppliance finish(FetchListener listener) throws IOException {
        InstalledAppliance arriving = arrive();
        try (ArrivalLock lock = lock(arriving, listener).orElse(null)) {
            if (lock != null) {
                fetch(arriving.directory(), listener);
                appliances.complete(arriving);
            }
        }
        return appliances.find(release.appliance());
    }

    private Optional<ArrivalLock> lock(InstalledAppliance arriving, FetchListener listener)
            throws IOException {
        Optional<ArrivalLock> free = appliances.tryLock(arriving);
        if (free.isEmpty() && !arriving.isWhole()) {
            listener.waits();
            return appliances.lock(arriving);
        }
        return free;
    }

    private Optional<InstalledAppliance> present() throws IOException {
        try {
            return Optional.of(appliances.find(release.appliance()));
        } catch (ApplianceException.ApplianceMissing expected) {
            return Optional.empty();
        }
    }

    private void fetch(Path folder, FetchListener listener) throws IOException {
        try (Assembly assembly = assembly(folder);
                Download download = download(assembly, listener)) {
            BitSet here = assembly.verified();
            Plan plan = holdings.plan(index, here);
            checkSpace(folder, here);
            listener.begins(
                    plan.bytes(),
                    plan.copies().stream()
                            .mapToLong(copy -> index.chunks().get(copy.wanted()).bytes())
                            .sum());
            complete(download, plan);
            assembly.force();
        }
    }

    private void checkSpace(Path folder, BitSet here) throws IOException {
        long needed = 0;
        for (Image image : index.images()) {
            for (var piece : image.pieces()) {
                needed +=
                        piece.isZeros() || here.get(piece.chunk())
                                ? 0
                                : piece.blocks() * Block.SIZE;
            }
        }
        long free = Files.getFileStore(folder).getUsableSpace();
        if (free < needed) {
            throw new ReleaseException.NoSpace(folder.toString(), needed, free);
        }
    }

    @Override
    public void close() throws IOException {
        holdings.close();
    }
}
