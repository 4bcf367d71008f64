package carryall.machine;

import carryall.appliance.MemoryIndex;
import carryall.crypto.Digest;
import carryall.hypervisor.MemorySink;
import carryall.machine.ParentMemory.Place;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Stores a guest's memory as what differs from the memory that the run began with. A page that is
/// as it was stays where it is stored; others go, each different one once, to a new pack. A pack of
/// which less than a quarter is still in use is given up: what is in use moves to the new one.
///
/// One thread at a time.
final class MemorySave implements MemorySink, AutoCloseable {
    private static final int FEW = 4;

    private final Arena arena = Arena.ofShared();
    private final ParentMemory parent;
    private final ParentMemory.Open open;
    private final boolean[] isGivenUp;
    private final PackFile pack;
    private final int newPack;

    MemorySave(ParentMemory parent) throws IOException {
        this.parent = parent;
        this.newPack = parent.packs().size() + 1;
        this.isGivenUp = givenUp(parent);
        String name = "pack-" + UUID.randomUUID() + ".pages";
        try {
            this.open = parent.open(arena);
            this.pack = PackFile.create(parent.packFolder().resolve(name));
        } catch (IOException | RuntimeException failure) {
            arena.close();
            throw failure;
        }
    }

    private static boolean[] givenUp(ParentMemory parent) throws IOException {
        long[] used = new long[parent.packs().size() + 1];
        for (MemoryIndex.Run run : parent.index().runs()) {
            used[run.pack()] += run.count();
        }
        boolean[] givenUp = new boolean[used.length];
        for (int i = 1; i < used.length; i++) {
            Path file = parent.packFolder().resolve(parent.packs().get(i - 1).fileName());
            givenUp[i] = used[i] * PAGE * FEW < Files.size(file);
        }
        return givenUp;
    }

    @Override
    public void page(long offsetBytes, ByteBuffer page) throws IOException {
        long number = offsetBytes / PAGE;
        MemorySegment now = MemorySegment.ofBuffer(page);
        long before = open.place(number);
        if (open.isSame(number, now) && (before == Place.BASE || !isGivenUp[Place.pack(before)])) {
            return;
        }
        open.place(number, Place.of(newPack, pack.add(page)));
    }

    @Override
    public void zero(long offsetBytes) {
        long number = offsetBytes / PAGE;
        open.place(number, open.isBaseZero(number) ? Place.BASE : Place.ZERO);
    }

    /// What was saved, flushed to disk.
    ///
    /// @param index the file that was written
    /// @param bytes how much was stored anew
    record Saved(ParentMemory memory, MemoryIndex index, long bytes) {}

    /// Ends the save: writes the index and flushes all to disk.
    Saved finish(Path indexFile) throws IOException {
        Digest packDigest = pack.finish();
        int[] numbers = new int[newPack + 1];
        List<State.Pack> packs = new ArrayList<>();
        MemoryIndex.Collected runs = new MemoryIndex.Collected();
        int pages = parent.index().pages();
        for (int page = 0; page < pages; page++) {
            long place = open.place(page);
            if (place == Place.BASE) {
                continue;
            }
            int old = place == Place.ZERO ? MemoryIndex.ZEROS : Place.pack(place);
            if (old != MemoryIndex.ZEROS && numbers[old] == 0) {
                packs.add(
                        old == newPack
                                ? new State.Pack(pack.fileName(), packDigest)
                                : parent.packs().get(old - 1));
                numbers[old] = packs.size();
            }
            runs.add(page, numbers[old], Place.page(place));
        }
        MemoryIndex index = runs.index(pages);
        index.write(indexFile);
        long stored = pack.bytes() + Files.size(indexFile);
        if (numbers[newPack] == 0) {
            pack.remove();
        }
        return new Saved(
                new ParentMemory(parent.base(), index, packs, parent.packFolder()), index, stored);
    }

    /// Takes back what was stored.
    void abandon() throws IOException {
        pack.remove();
    }

    @Override
    public void close() throws IOException {
        pack.close();
        arena.close();
    }
}
