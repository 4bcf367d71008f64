package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.ApplianceName;
import carryall.appliance.Appliances;
import carryall.appliance.BuildFolder;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Delta;
import carryall.chunk.DeltaFormat;
import carryall.chunk.DeltaPacking;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.chunk.Pack;
import carryall.chunk.PackListener;
import carryall.chunk.Packing;
import carryall.chunk.Part;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.crypto.Digest;
import carryall.transport.Blob;
import carryall.transport.Repository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Makes a release of an appliance and puts it on a shelf: only what is not there yet. Nothing
/// names the release until all of it is there; cut before that, the shelf is as it was for whoever
/// reads it, and publishing again goes the same way with the same bytes.
public final class Publishing {
    /// The level of zstd that costs a publisher much once, and each subscriber least.
    public static final int USUAL_LEVEL = 19;

    /// What holds files of the system disk, block by block.
    private static final Set<Appliance.Part> MEMORIES =
            Set.of(Appliance.Part.SESSION_MEMORY, Appliance.Part.APP_MEMORY, Appliance.Part.INITRD);

    /// Cutting, compressing, putting.
    private static final int STEPS = 3;

    /// A neighbour shares an eighth of the content at least, and its delta saves as much.
    private static final int LEAST_ALIKE = 8;

    private static final int LEAST_SAVED = 8;

    private final Repository repository;
    private final Appliances appliances;
    private final Path work;
    private final PublishListener listener;
    private final int level;
    private long uploaded;

    /// Publishes to one repository.
    ///
    /// @param work a folder that is not there; made for the packs and removed in the end
    /// @param level of zstd, 1 to 19
    public Publishing(
            Repository repository,
            Appliances appliances,
            Path work,
            int level,
            PublishListener listener) {
        this.repository = repository;
        this.appliances = appliances;
        this.work = work;
        this.listener = listener;
        this.level = level;
    }

    /// The same with [#USUAL_LEVEL].
    Publishing(Repository repository, Appliances appliances, Path work, PublishListener listener) {
        this(repository, appliances, work, USUAL_LEVEL, listener);
    }

    /// A release that is on the shelf already.
    ///
    /// @param version what people call it
    /// @param held the same on this host; without it no delta against it can be made
    public record Earlier(
            String version, Release release, java.util.Optional<InstalledRelease> held) {}

    /// What a new release goes out from.
    ///
    /// @param earlier what it may share packs with, the newest first
    /// @param deltas against how many of those that are held
    /// @param near releases of other apps, all held, their versions with the app's name before; a
    ///   delta is made against one if whoever has that saves enough
    /// @param mostNear against how many of them; those that are most alike
    public record Bases(List<Earlier> earlier, int deltas, List<Earlier> near, int mostNear) {
        public Bases {
            earlier = List.copyOf(earlier);
            near = List.copyOf(near);
        }
    }

    /// Publishes.
    ///
    /// @param as the name that the publisher gives it
    /// @param tag under which the release is found on the shelf
    public Published publish(InstalledAppliance built, ApplianceName as, Bases bases, String tag)
            throws IOException {
        if (!built.isWhole()) {
            // Where something is missing, zeros would be published.
            throw new ReleaseException.NotWhole(built.description().name().toString());
        }
        Files.createDirectories(work);
        long held = bases.earlier().stream().filter(each -> each.held().isPresent()).count();
        int codings = (int) Math.min(bases.deltas(), held);
        listener.toCome(STEPS + codings + Math.min(bases.mostNear(), bases.near().size()));
        try {
            List<Index> known = new ArrayList<>();
            for (Earlier each : bases.earlier()) {
                known.add(index(each));
            }
            Packing.Packed packed = pack(built, known);
            Index index = packed.index();
            Map<Digest, Coded> coded = new LinkedHashMap<>();
            for (Earlier each : bases.earlier()) {
                if (each.held().isPresent() && coded.size() < bases.deltas()) {
                    coded.put(each.release().index().digest(), code(each, index, built));
                }
            }
            List<String> warnings = warnings(coded, index);
            List<Published.Update> updates = new ArrayList<>();
            for (int i = 0; i < known.size(); i++) {
                updates.add(update(bases.earlier().get(i).version(), known.get(i), index, coded));
            }
            List<Published.Update> near = new ArrayList<>();
            List<Earlier> alike = alike(bases, index);
            listener.toCome(alike.size() + 1);
            for (Earlier each : alike) {
                near.add(codeNear(each, index, built, coded));
            }
            Release release = put(built, as, packed, coded, tag);
            return new Published(
                    release,
                    install(built, as, release, index),
                    index.plainBytes(),
                    index.plainBytes() - freshPlain(packed),
                    index.storedBytes(),
                    uploaded,
                    updates,
                    near,
                    warnings);
        } finally {
            PackFolder.remove(work);
        }
    }

    private Index index(Earlier earlier) throws IOException {
        if (earlier.held().isPresent()) {
            return earlier.held().get().index();
        }
        Descriptor index = earlier.release().index();
        try {
            return IndexFormat.read(repository.blob(index.digest(), index.size()));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.NotRelease(
                    repository.location(), earlier.release().digest(), wrong);
        }
    }

    private Packing.Packed pack(InstalledAppliance built, List<Index> known) throws IOException {
        List<Part> parts = new ArrayList<>();
        long total = 0;
        for (Appliance.Part part : built.description().parts().keySet()) {
            Part.Kind kind = MEMORIES.contains(part) ? Part.Kind.MEMORY : Part.Kind.DISK;
            parts.add(new Part(part.word(), kind, built.file(part)));
            total += built.content(part).size().bytes();
        }
        listener.step("cutting its disks and memories", total);
        return Packing.pack(
                parts,
                FirstTouches.of(built),
                known,
                Files.createDirectory(work.resolve("packs")),
                level,
                new PackListener() {
                    @Override
                    public void cut(long bytes) {
                        listener.done(bytes);
                    }

                    @Override
                    public void packing(long totalBytes) {
                        listener.step("compressing what is new", totalBytes);
                    }

                    @Override
                    public void packed(long bytes) {
                        listener.done(bytes);
                    }
                });
    }

    private static long freshPlain(Packing.Packed packed) {
        Set<Digest> fresh =
                new java.util.HashSet<>(packed.fresh().stream().map(Pack::digest).toList());
        Index index = packed.index();
        return index.chunks().stream()
                .filter(chunk -> {
                    int pack = index.frames().get(chunk.frame()).pack();
                    return fresh.contains(index.packs().get(pack).digest());
                })
                .mapToLong(carryall.chunk.Chunk::bytes)
                .sum();
    }

    /// A delta, and where its packs are.
    private record Coded(Delta delta, long plain, Path folder) {
        long stored() {
            return delta.packs().stream().mapToLong(Pack::size).sum();
        }

        byte[] bytes() {
            return DeltaFormat.write(delta);
        }
    }

    /// Those of the neighbours that are most alike, if they are so at all.
    private static List<Earlier> alike(Bases bases, Index index) {
        Map<Earlier, Long> shared = new HashMap<>();
        for (Earlier each : bases.near()) {
            Set<Digest> has = each.held().orElseThrow().index().numbers().keySet();
            shared.put(
                    each,
                    index.chunks().stream()
                            .filter(chunk -> has.contains(chunk.digest()))
                            .mapToLong(carryall.chunk.Chunk::bytes)
                            .sum());
        }
        return bases.near().stream()
                .filter(each -> shared.getOrDefault(each, 0L) >= index.plainBytes() / LEAST_ALIKE)
                .sorted(Comparator.comparingLong((Earlier each) -> -shared.getOrDefault(each, 0L)))
                .limit(bases.mostNear())
                .toList();
    }

    /// Adds a delta against a neighbour, if it is worth its place on the shelf.
    private Published.Update codeNear(
            Earlier near, Index index, InstalledAppliance built, Map<Digest, Coded> coded)
            throws IOException {
        Index from = near.held().orElseThrow().index();
        Published.Update without = update(near.version(), from, index, Map.of());
        Digest base = near.release().index().digest();
        Coded way = code(near, index, built);
        Published.Update with = update(near.version(), from, index, Map.of(base, way));
        if (without.bytes() - with.bytes() < without.bytes() / LEAST_SAVED) {
            return without;
        }
        coded.put(base, way);
        return with;
    }

    private Coded code(Earlier earlier, Index index, InstalledAppliance built) throws IOException {
        InstalledRelease held = earlier.held().orElseThrow();
        Path folder = Files.createDirectory(work.resolve(held.release().index().digest().hex()));
        Map<Digest, Integer> has = held.index().numbers();
        long plain =
                index.chunks().stream()
                        .filter(chunk -> !has.containsKey(chunk.digest()))
                        .mapToLong(carryall.chunk.Chunk::bytes)
                        .sum();
        listener.step("coding the way from " + earlier.version(), plain);
        try (Space base = held.open();
                Space target =
                        Space.open(index, InstalledRelease.files(index, built.directory()))) {
            Delta delta = DeltaPacking.pack(base, target, folder, listener::done).delta();
            return new Coded(delta, plain, folder);
        }
    }

    private Release put(
            InstalledAppliance built,
            ApplianceName as,
            Packing.Packed packed,
            Map<Digest, Coded> coded,
            String tag)
            throws IOException {
        long total = packed.fresh().stream().mapToLong(Pack::size).sum();
        for (Coded each : coded.values()) {
            total += each.stored();
        }
        listener.step("putting it on " + repository.location(), total);
        Set<Digest> fresh =
                new java.util.HashSet<>(packed.fresh().stream().map(Pack::digest).toList());
        Map<Digest, Descriptor> others = new LinkedHashMap<>();
        for (Pack pack : packed.index().packs()) {
            others.put(
                    pack.digest(), new Descriptor(Release.PACK_TYPE, pack.digest(), pack.size()));
            if (fresh.contains(pack.digest())) {
                putFile(pack, work.resolve("packs"));
            }
        }
        for (Map.Entry<Digest, Coded> each : coded.entrySet()) {
            Coded value = each.getValue();
            for (Pack pack : value.delta().packs()) {
                putFile(pack, value.folder());
                others.putIfAbsent(
                        pack.digest(),
                        new Descriptor(Release.PACK_TYPE, pack.digest(), pack.size()));
            }
            byte[] bytes = value.bytes();
            Digest digest = putBytes(bytes);
            others.put(
                    digest,
                    new Descriptor(
                            Release.DELTA_TYPE,
                            digest,
                            bytes.length,
                            Map.of(
                                    Release.BASE,
                                    each.getKey().text(),
                                    Release.PACK_BYTES,
                                    Long.toString(value.stored()))));
        }
        byte[] index = IndexFormat.write(packed.index());
        Appliance description = built.description().named(as);
        byte[] text = description.text().getBytes(StandardCharsets.UTF_8);
        if (description.parts().containsKey(Appliance.Part.ICON)) {
            byte[] icon = Files.readAllBytes(built.file(Appliance.Part.ICON));
            Digest digest = putBytes(icon);
            others.put(digest, new Descriptor(Release.ICON_TYPE, digest, icon.length));
        }
        Release release =
                Release.of(
                        description,
                        new Descriptor(Release.APPLIANCE_TYPE, putBytes(text), text.length),
                        new Descriptor(Release.INDEX_TYPE, putBytes(index), index.length),
                        List.copyOf(others.values()));
        repository.put(release.manifest(), List.of(tag));
        return release;
    }

    private void putFile(Pack pack, Path folder) throws IOException {
        put(pack.digest(), Blob.of(folder.resolve(pack.digest().hex())));
    }

    private Digest putBytes(byte[] bytes) throws IOException {
        Digest digest = Digest.of(bytes);
        put(digest, Blob.of(bytes));
        return digest;
    }

    private void put(Digest digest, Blob blob) throws IOException {
        if (!repository.has(digest)) {
            repository.put(digest, blob);
            uploaded += blob.size();
        }
        listener.done(blob.size());
    }

    private static Published.Update update(
            String version, Index from, Index to, Map<Digest, Coded> coded) {
        long index = IndexFormat.write(to).length;
        long plain = Plan.of(to, new BitSet(), List.of(from), List.of()).bytes();
        Coded way = coded.get(Digest.of(IndexFormat.write(from)));
        if (way != null) {
            long shorter = Plan.of(to, new BitSet(), List.of(from), List.of(way.delta())).bytes();
            if (shorter + way.bytes().length < plain) {
                return new Published.Update(version, shorter + way.bytes().length + index, true);
            }
        }
        return new Published.Update(version, plain + index, false);
    }

    /// Much that is new and is nearly the same as before only moved, or carries the time of its
    /// build: no reader is better for it, and each fetches it again.
    private static List<String> warnings(Map<Digest, Coded> coded, Index index) {
        List<String> warnings = new ArrayList<>();
        for (Coded each : coded.values()) {
            if (each.plain() > index.plainBytes() / 4 && each.stored() < each.plain() / 20) {
                warnings.add(
                        "%d MiB of it differ from the release before in next to nothing: does the build put in times or random names?"
                                .formatted(each.plain() >> 20));
            }
            break;
        }
        return warnings;
    }

    /// Keeps the release on this host under the publisher's name, its files shared with the build.
    private InstalledRelease install(
            InstalledAppliance built, ApplianceName as, Release release, Index index)
            throws IOException {
        Appliance description = built.description().named(as);
        InstalledAppliance installed;
        if (release.appliance().equals(built.id())) {
            installed = built;
        } else {
            try (BuildFolder folder = appliances.newFolder(_ -> {})) {
                for (Appliance.Part part : description.parts().keySet()) {
                    link(built.file(part), folder.path().resolve(part.fileName()));
                }
                installed = appliances.add(folder, description);
            }
        }
        Path directory = installed.directory();
        replace(directory.resolve(InstalledRelease.INDEX_FILE), IndexFormat.write(index));
        replace(
                directory.resolve(InstalledRelease.MANIFEST_FILE),
                release.manifest().text().getBytes(StandardCharsets.UTF_8));
        return new InstalledRelease(installed, release, index);
    }

    private static void link(Path from, Path to) throws IOException {
        Files.deleteIfExists(to);
        try {
            Files.createLink(to, from);
        } catch (IOException | UnsupportedOperationException noLinks) {
            Files.copy(from, to);
        }
    }

    private static void replace(Path file, byte[] content) throws IOException {
        Path beside = file.resolveSibling(file.getFileName() + ".new");
        Files.write(beside, content);
        Files.move(
                beside, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
