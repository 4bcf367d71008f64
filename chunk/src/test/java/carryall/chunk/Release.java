package carryall.chunk;

import carryall.crypto.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;

/// Images in a folder, and what was packed of them; fetching is reading files here.
record Release(Path folder, List<Part> parts, Path packs, Index index) {
    static final PackListener QUIET =
            new PackListener() {
                @Override
                public void cut(long bytes) {}

                @Override
                public void packing(long totalBytes) {}

                @Override
                public void packed(long bytes) {}
            };

    /// Packs images beside what is known.
    ///
    /// @param packs where the packs of all releases are
    static Release pack(Path folder, Path packs, List<Part> parts, Release... known)
            throws IOException {
        return pack(folder, packs, parts, List.of(), known);
    }

    static Release pack(
            Path folder, Path packs, List<Part> parts, List<Touch> opening, Release... known)
            throws IOException {
        Path fresh = Files.createTempDirectory(folder, "fresh");
        List<Index> indexes = Arrays.stream(known).map(Release::index).toList();
        Packing.Packed packed = Packing.pack(parts, opening, indexes, fresh, 3, QUIET);
        for (Pack pack : packed.fresh()) {
            Files.move(
                    fresh.resolve(pack.digest().hex()),
                    packs.resolve(pack.digest().hex()),
                    StandardCopyOption.REPLACE_EXISTING);
        }
        return new Release(folder, parts, packs, packed.index());
    }

    Space space() throws IOException {
        return Space.open(index, parts.stream().map(Part::file).toList());
    }

    /// Puts the images together in another folder.
    ///
    /// @return how many bytes of packs were read
    long assemble(Path into, List<Release> here, List<Delta> deltas) throws IOException {
        List<Space> spaces = new ArrayList<>();
        for (Release each : here) {
            spaces.add(each.space());
        }
        List<Path> files =
                index.images().stream().map(image -> into.resolve(image.name())).toList();
        try (Assembly assembly = Assembly.open(index, files)) {
            Plan plan =
                    Plan.of(
                            index,
                            assembly.verified(),
                            here.stream().map(Release::index).toList(),
                            deltas);
            for (Plan.Copy copy : plan.copies()) {
                Space space = spaces.get(copy.space());
                byte[] bytes = space.chunk(copy.held(), space.index().places().get(copy.held()));
                assembly.place(copy.wanted(), bytes, 0);
            }
            for (Plan.Fetch fetch : plan.fetches()) {
                byte[] stored = stored(fetch);
                switch (fetch) {
                    case Plan.Fetch.Plain plain -> {
                        byte[] bytes = Frames.plain(plain.frame(), stored);
                        for (int number : plain.chunks()) {
                            int block = index.chunks().get(number).frameBlock();
                            assembly.place(number, bytes, block * Block.SIZE);
                        }
                    }
                    case Plan.Fetch.Coded coded -> {
                        Space base = spaces.get(coded.space());
                        byte[] bytes = Frames.plain(coded.frame(), index, stored, base);
                        int at = 0;
                        for (int number : coded.frame().chunks()) {
                            assembly.place(number, bytes, at);
                            at += index.chunks().get(number).bytes();
                        }
                    }
                }
            }
            BitSet all = new BitSet();
            all.set(0, index.chunks().size());
            if (!assembly.verified().equals(all)) {
                throw new AssertionError("not all chunks are there");
            }
            return plan.bytes();
        } finally {
            for (Space space : spaces) {
                space.close();
            }
        }
    }

    private byte[] stored(Plan.Fetch fetch) throws IOException {
        byte[] pack = Files.readAllBytes(packs.resolve(fetch.pack().digest().hex()));
        if (!Digest.of(pack).equals(fetch.pack().digest())) {
            throw new AssertionError("a pack of another content");
        }
        int at = (int) fetch.offset();
        return Arrays.copyOfRange(pack, at, at + fetch.stored());
    }

    /// Bytes that compress to about a half.
    static byte[] content(long seed, int blocks) {
        byte[] bytes = new byte[blocks * Block.SIZE];
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (random.nextInt() & 0x0f);
        }
        return bytes;
    }
}
