package carryall.chunk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The pages of memories that are touched first: in the order of touch, in chunks of their own, so
/// that whoever needs them fetches little else. A page that a disk has too is among them: it would
/// drag that chunk of the disk, and the next page another one.
final class TouchedPages {
    /// A chunk is checked as a whole, so one page drags the others of its chunk.
    private static final int CHUNK_BLOCKS = 16;

    private static final int READ = 256;

    private final Cuts cuts;
    private final Map<String, Memory> memories = new LinkedHashMap<>();
    private final List<Map<Long, Long>> places = new ArrayList<>();
    private final byte[] buffer = new byte[READ * Block.SIZE];

    private TouchedPages(List<Source> sources, Cuts cuts) {
        this.cuts = cuts;
        for (int i = 0; i < sources.size(); i++) {
            Map<Long, Long> found = new HashMap<>();
            places.add(found);
            if (sources.get(i).kind() == Part.Kind.MEMORY) {
                Cuts.Gathered gathered = cuts.new Gathered(i, CHUNK_BLOCKS);
                memories.put(sources.get(i).name(), new Memory(sources.get(i), gathered, found));
            }
        }
    }

    /// @param places of its pages that are touched and not zero
    private record Memory(Source source, Cuts.Gathered gathered, Map<Long, Long> places) {}

    /// Gathers them into chunks.
    ///
    /// @param opening what is touched, in that order
    /// @param cuts empty
    static TouchedPages gather(List<Source> sources, List<Touch> opening, Cuts cuts)
            throws IOException {
        TouchedPages pages = new TouchedPages(sources, cuts);
        for (Touch touch : opening) {
            Memory memory = pages.memories.get(touch.image());
            if (memory != null) {
                pages.gather(memory, touch);
            }
        }
        for (Memory memory : pages.memories.values()) {
            memory.gathered().end();
        }
        return pages;
    }

    private void gather(Memory memory, Touch touch) throws IOException {
        long end = Math.min(touch.end(), memory.source().blocks());
        for (long first = touch.first(); first < end; first += READ) {
            int count = (int) Math.min(READ, end - first);
            memory.source().read(first, count, buffer, 0);
            for (int i = 0; i < count; i++) {
                long page = first + i;
                int offset = i * Block.SIZE;
                if (memory.places().containsKey(page) || Block.isZero(buffer, offset)) {
                    continue;
                }
                long found = find(offset);
                if (found == BlockTable.NONE) {
                    found = memory.gathered().add(buffer, offset, Math.toIntExact(page));
                }
                memory.places().put(page, found);
            }
        }
    }

    private long find(int offset) throws IOException {
        for (Memory memory : memories.values()) {
            long found = memory.gathered().find(buffer, offset);
            if (found != BlockTable.NONE) {
                return found;
            }
        }
        return cuts.find(buffer, offset);
    }

    /// Where a page lies, or [BlockTable#NONE] if it is not among them.
    ///
    /// @param source number of the source
    long place(int source, long page) {
        return places.get(source).getOrDefault(page, BlockTable.NONE);
    }
}
