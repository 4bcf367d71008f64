package carryall.machine;

import carryall.appliance.Appliance;
import carryall.appliance.MemoryIndex;
import carryall.hypervisor.MemorySink;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The memory that a run began with, page by page, so that a save stores only what changed since.
/// Mapped, not read: what the guest has in its own mapping is held once.
///
/// @param base the appliance's memory under it; empty: zeros
/// @param index what lies over the base
/// @param packs the files that the index counts
record ParentMemory(
        Optional<Base> base, MemoryIndex index, List<State.Pack> packs, Path packFolder) {
    /// The appliance's part, and where it is.
    record Base(Appliance.Part part, Path file) {}

    ParentMemory {
        packs = List.copyOf(packs);
    }

    /// Memory of zeros, as a machine has that was booted.
    static ParentMemory empty(int pages, Path packFolder) {
        return new ParentMemory(
                Optional.empty(), new MemoryIndex(pages, List.of()), List.of(), packFolder);
    }

    /// Opens all files; closed by its arena.
    Open open(Arena arena) throws IOException {
        long pages = index.pages();
        MemorySegment places = arena.allocate(pages * Long.BYTES, Long.BYTES);
        for (MemoryIndex.Run run : index.runs()) {
            for (int i = 0; i < run.count(); i++) {
                places.setAtIndex(
                        ValueLayout.JAVA_LONG,
                        (long) run.first() + i,
                        Place.of(run.pack(), run.packPage() + i));
            }
        }
        List<MemorySegment> maps = new ArrayList<>();
        for (State.Pack pack : packs) {
            maps.add(map(packFolder.resolve(pack.fileName()), arena));
        }
        Optional<MemorySegment> image =
                base.isPresent() ? Optional.of(map(base.get().file(), arena)) : Optional.empty();
        return new Open(places, image, List.copyOf(maps));
    }

    private static MemorySegment map(Path file, Arena arena) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
        }
    }

    /// Where a page is, as one number: [#BASE], [#ZERO], or pack and page.
    static final class Place {
        static final long BASE = 0;
        static final long ZERO = 1;

        private Place() {}

        static long of(int pack, int page) {
            return pack == MemoryIndex.ZEROS ? ZERO : ((long) pack << 32) | page;
        }

        static int pack(long place) {
            return (int) (place >>> 32);
        }

        static int page(long place) {
            return (int) place;
        }
    }

    /// The opened files.
    ///
    /// @param places of each page, changed by the save
    record Open(MemorySegment places, Optional<MemorySegment> image, List<MemorySegment> packs) {
        private static final MemorySegment ZEROS = MemorySegment.ofArray(new byte[MemorySink.PAGE]);

        long place(long page) {
            return places.getAtIndex(ValueLayout.JAVA_LONG, page);
        }

        void place(long page, long place) {
            places.setAtIndex(ValueLayout.JAVA_LONG, page, place);
        }

        /// Whether a page holds now what it held then.
        boolean isSame(long page, MemorySegment now) {
            long place = place(page);
            if (place == Place.BASE) {
                return image.isPresent() && equal(image.get(), page, now);
            }
            return place != Place.ZERO
                    && Place.pack(place) <= packs.size()
                    && equal(packs.get(Place.pack(place) - 1), Place.page(place), now);
        }

        /// Whether the base has zeros there.
        boolean isBaseZero(long page) {
            return image.isEmpty() || equal(image.get(), page, ZEROS);
        }

        private static boolean equal(MemorySegment file, long page, MemorySegment now) {
            long at = page * MemorySink.PAGE;
            return at + MemorySink.PAGE <= file.byteSize()
                    && MemorySegment.mismatch(
                                    file, at, at + MemorySink.PAGE, now, 0, MemorySink.PAGE)
                            < 0;
        }
    }
}
