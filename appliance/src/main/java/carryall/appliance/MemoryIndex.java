package carryall.appliance;

import carryall.hypervisor.MemorySink;
import carryall.hypervisor.MemorySource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/// Which page of which pack makes each page of a guest's memory: `docs/formats/state.md`. Pages
/// that no run covers are as in what the memory lies over.
///
/// @param pages how many pages the memory has; 1 to 2^28 (1 TiB)
/// @param runs in ascending order, apart from each other
public record MemoryIndex(int pages, List<Run> runs) {
    /// The pack that stands for zeros.
    public static final int ZEROS = 0;

    private static final long MAGIC = 0x6361727279696478L; // "carryidx"
    private static final int VERSION = 1;
    private static final int HEADER = 20;
    private static final int RUN = 16;
    private static final int MOST_PAGES = 1 << 28;
    private static final int BUFFERED_PAGES = 64;

    public MemoryIndex {
        runs = List.copyOf(runs);
        if (pages < 1 || pages > MOST_PAGES) {
            throw new IllegalArgumentException(pages + " pages");
        }
        long next = 0;
        for (Run run : runs) {
            if (run.first() < next || (long) run.first() + run.count() > pages) {
                throw new IllegalArgumentException("a run out of place: " + run);
            }
            next = (long) run.first() + run.count();
        }
    }

    /// Pages that follow each other in the memory and in a pack.
    ///
    /// @param first number of the first page in the memory
    /// @param count 1 or more
    /// @param pack [#ZEROS], or n for the nth pack
    /// @param packPage number of the first page in the pack; 0 for zeros
    public record Run(int first, int count, int pack, int packPage) {
        public Run {
            if (first < 0 || count < 1 || pack < 0 || packPage < 0) {
                throw new IllegalArgumentException("no run: " + first + " " + count + " " + pack);
            }
        }
    }

    /// Reads an index file; nothing is allocated by what it says beyond its own length.
    ///
    /// @throws IllegalArgumentException if the file is no index
    public static MemoryIndex read(Path file) throws IOException {
        long size = Files.size(file);
        if (size < HEADER || size > HEADER + (long) RUN * MOST_PAGES / 16) {
            throw new IllegalArgumentException("an index of " + size + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (bytes.getLong() != MAGIC || bytes.getInt() != VERSION) {
            throw new IllegalArgumentException("no memory index of version " + VERSION);
        }
        int pages = bytes.getInt();
        int count = bytes.getInt();
        if (count < 0 || (long) count * RUN != bytes.remaining()) {
            throw new IllegalArgumentException(count + " runs in " + size + " bytes");
        }
        List<Run> runs = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            runs.add(new Run(bytes.getInt(), bytes.getInt(), bytes.getInt(), bytes.getInt()));
        }
        return new MemoryIndex(pages, runs);
    }

    /// Writes a new index file and flushes it to disk.
    public void write(Path file) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(HEADER + RUN * runs.size());
        bytes.putLong(MAGIC).putInt(VERSION).putInt(pages).putInt(runs.size());
        for (Run run : runs) {
            bytes.putInt(run.first()).putInt(run.count()).putInt(run.pack()).putInt(run.packPage());
        }
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            bytes.flip();
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /// How many pages come from packs.
    public long stored() {
        return runs.stream().filter(run -> run.pack() != ZEROS).mapToLong(Run::count).sum();
    }

    /// The pages that the index names.
    ///
    /// @param packs the files of pack 1, 2, …: pages one after the other
    public MemorySource source(List<Path> packs) {
        return sink -> {
            List<FileChannel> channels = new ArrayList<>();
            try {
                for (Path pack : packs) {
                    channels.add(FileChannel.open(pack, StandardOpenOption.READ));
                }
                ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFERED_PAGES * MemorySink.PAGE);
                for (Run run : runs) {
                    if (run.pack() > channels.size()) {
                        throw new IOException("the index names a pack that is not there");
                    }
                    send(run, channels, buffer, sink);
                }
            } finally {
                for (FileChannel channel : channels) {
                    channel.close();
                }
            }
        };
    }

    private static void send(
            Run run, List<FileChannel> channels, ByteBuffer buffer, MemorySink sink)
            throws IOException {
        long first = (long) run.first() * MemorySink.PAGE;
        if (run.pack() == ZEROS) {
            for (int i = 0; i < run.count(); i++) {
                sink.zero(first + (long) i * MemorySink.PAGE);
            }
            return;
        }
        FileChannel channel = channels.get(run.pack() - 1);
        for (int done = 0; done < run.count(); done += BUFFERED_PAGES) {
            int count = Math.min(BUFFERED_PAGES, run.count() - done);
            buffer.clear().limit(count * MemorySink.PAGE);
            long at = ((long) run.packPage() + done) * MemorySink.PAGE;
            while (buffer.hasRemaining()) {
                if (channel.read(buffer, at + buffer.position()) < 0) {
                    throw new IOException("a pack is shorter than its index says");
                }
            }
            for (int i = 0; i < count; i++) {
                sink.page(
                        first + (long) (done + i) * MemorySink.PAGE,
                        buffer.slice(i * MemorySink.PAGE, MemorySink.PAGE));
            }
        }
    }

    /// Collects runs from pages that come in ascending order.
    public static final class Collected {
        private final List<Run> runs = new ArrayList<>();
        private int first;
        private int count;
        private int pack;
        private int packPage;

        /// With no run yet.
        public Collected() {}

        /// Adds a page after those before.
        public void add(int page, int ofPack, int ofPackPage) {
            boolean follows =
                    count > 0
                            && page == first + count
                            && ofPack == pack
                            && (ofPack == ZEROS || ofPackPage == packPage + count);
            if (follows) {
                count++;
            } else {
                end();
                first = page;
                count = 1;
                pack = ofPack;
                packPage = ofPack == ZEROS ? 0 : ofPackPage;
            }
        }

        private void end() {
            if (count > 0) {
                runs.add(new Run(first, count, pack, packPage));
            }
        }

        /// All runs; nothing is added afterwards.
        public MemoryIndex index(int pages) {
            end();
            count = 0;
            return new MemoryIndex(pages, runs);
        }
    }
}
