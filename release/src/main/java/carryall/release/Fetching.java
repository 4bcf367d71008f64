package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceException;
import carryall.appliance.Appliances;
import carryall.appliance.ArrivingFolder;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Assembly;
import carryall.chunk.Block;
import carryall.chunk.ChunkException;
import carryall.chunk.Delta;
import carryall.chunk.DeltaFormat;
import carryall.chunk.Image;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.crypto.Digest;
import carryall.transport.Repository;
import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Makes an appliance of a release: what this host has already is copied, the rest comes from the
/// shelf by the shortest way, and every chunk is checked before it is written. Cut at any moment,
/// it goes on where it stopped, because it reads from the files themselves what has arrived.
///
/// One thread calls it; it fetches on several.
public final class Fetching implements Closeable {
    private final Repository repository;
    private final Appliances appliances;
    private final Release release;
    private final Appliance description;
    private final Index index;
    private final byte[] indexBytes;
    private final Duration indexTook;
    private final List<Space> spaces;
    private final List<Delta> deltas;

    private Fetching(
            Repository repository,
            Appliances appliances,
            Release release,
            Appliance description,
            byte[] indexBytes,
            Duration indexTook,
            List<Space> spaces,
            List<Delta> deltas) {
        this.repository = repository;
        this.appliances = appliances;
        this.release = release;
        this.description = description;
        this.indexBytes = indexBytes;
        this.indexTook = indexTook;
        this.index = IndexFormat.read(indexBytes);
        this.spaces = spaces;
        this.deltas = deltas;
    }

    /// Reads what the release is made of; its images not yet.
    ///
    /// @param appliances of this host
    public static Fetching begin(Repository repository, Appliances appliances, Release release)
            throws IOException {
        List<Space> spaces = new ArrayList<>();
        try {
            long asked = System.nanoTime();
            byte[] indexBytes = blob(repository, release.index());
            Duration indexTook = Duration.ofNanos(System.nanoTime() - asked);
            Appliance description = description(repository, release);
            checkIndex(IndexFormat.read(indexBytes), description);
            Set<Digest> bases = new HashSet<>();
            for (InstalledAppliance installed : appliances.list()) {
                InstalledRelease held = InstalledRelease.of(installed).orElse(null);
                if (held != null && isReadable(held)) {
                    spaces.add(held.open());
                    bases.add(held.release().index().digest());
                }
            }
            List<Delta> deltas = new ArrayList<>();
            for (Descriptor delta : release.deltas()) {
                if (bases.contains(
                        new Digest(delta.annotations().getOrDefault(Release.BASE, "")))) {
                    deltas.add(DeltaFormat.read(blob(repository, delta)));
                }
            }
            return new Fetching(
                    repository,
                    appliances,
                    release,
                    description,
                    indexBytes,
                    indexTook,
                    spaces,
                    deltas);
        } catch (IllegalArgumentException wrong) {
            closeAll(spaces);
            throw new ReleaseException.NotRelease(repository.location(), release.digest(), wrong);
        } catch (IOException failed) {
            closeAll(spaces);
            throw failed;
        }
    }

    private static boolean isReadable(InstalledRelease held) throws IOException {
        List<Path> files = InstalledRelease.files(held.index(), held.appliance().directory());
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            if (!Files.exists(file)
                    || Files.size(file) != held.index().images().get(i).sizeBytes()) {
                return false;
            }
        }
        return true;
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
        return plan(new BitSet()).bytes();
    }

    /// How many bytes it would take somebody who has nothing at all.
    public long bytesOfAll() {
        return Plan.of(index, new BitSet(), List.of(), List.of()).bytes();
    }

    /// How fast the shelf gave the index, in bytes a second.
    public long rate() {
        return indexBytes.length * 1000L / Math.max(1, indexTook.toMillis());
    }

    private Plan plan(BitSet here) {
        return Plan.of(index, here, spaces.stream().map(Space::index).toList(), deltas);
    }

    /// Gets all that is missing and puts the appliance beside the others.
    ///
    /// @throws carryall.transport.TransportException if the shelf fails; what has arrived stays
    /// @throws ReleaseException if what came is not what the release says
    public InstalledAppliance finish(FetchListener listener) throws IOException {
        Optional<InstalledAppliance> before = installed();
        if (before.isPresent()) {
            return before.get();
        }
        try (ArrivingFolder folder = appliances.arriving(release.appliance())) {
            Optional<InstalledAppliance> there = installed();
            if (there.isPresent()) {
                // Another process was quicker.
                folder.remove();
                return there.get();
            }
            fetch(folder.path(), listener);
            Files.write(folder.path().resolve(InstalledRelease.INDEX_FILE), indexBytes);
            Files.writeString(
                    folder.path().resolve(InstalledRelease.MANIFEST_FILE),
                    release.manifest().text());
            return appliances.add(folder, description);
        }
    }

    private Optional<InstalledAppliance> installed() throws IOException {
        try {
            return Optional.of(appliances.find(release.appliance()));
        } catch (ApplianceException.ApplianceMissing expected) {
            return Optional.empty();
        }
    }

    private void fetch(Path folder, FetchListener listener) throws IOException {
        try (Assembly assembly = Assembly.open(index, InstalledRelease.files(index, folder))) {
            BitSet here = assembly.verified();
            Plan plan = plan(here);
            checkSpace(folder, here);
            listener.begins(
                    plan.bytes(),
                    plan.copies().stream()
                            .mapToLong(copy -> index.chunks().get(copy.wanted()).bytes())
                            .sum());
            BitSet rotten = copy(plan, assembly);
            Download download = new Download(repository, index, spaces, assembly, listener);
            rotten.or(download.run(plan.fetches()));
            // What somebody's disk did to an installed release: the shelf has it whole.
            download.run(Plan.plain(index, rotten));
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

    /// @return the chunks that were not what they should be
    private BitSet copy(Plan plan, Assembly assembly) throws IOException {
        BitSet rotten = new BitSet();
        List<List<List<Index.Place>>> places =
                spaces.stream().map(space -> space.index().places()).toList();
        for (Plan.Copy copy : plan.copies()) {
            Space space = spaces.get(copy.space());
            byte[] bytes = space.chunk(copy.held(), places.get(copy.space()).get(copy.held()));
            try {
                assembly.place(copy.wanted(), bytes, 0);
            } catch (ChunkException.ChunkDamaged here) {
                rotten.set(copy.wanted());
            }
        }
        return rotten;
    }

    @Override
    public void close() throws IOException {
        closeAll(spaces);
    }

    private static void closeAll(List<Space> spaces) throws IOException {
        for (Space space : spaces) {
            space.close();
        }
    }
}
