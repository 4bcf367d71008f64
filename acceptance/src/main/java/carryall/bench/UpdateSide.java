package carryall.bench;

import carryall.chunk.Assembly;
import carryall.chunk.Block;
import carryall.chunk.Delta;
import carryall.chunk.DeltaFormat;
import carryall.chunk.DeltaPacking;
import carryall.chunk.Frames;
import carryall.chunk.Index;
import carryall.chunk.IndexFormat;
import carryall.chunk.Pack;
import carryall.chunk.PackListener;
import carryall.chunk.Packing;
import carryall.chunk.Part;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// A publisher or a client of one image, as a process of its own: what `publish` and `update` do
/// with a disk, without what they do around it.
public final class UpdateSide {
    private static final int AT_ONCE = 6;

    private UpdateSide() {}

    /// Runs one side.
    ///
    /// @param words `publish SHELF NAME IMAGE LEVEL [BASE BASE-IMAGE]` or `update SHELF NAME
    ///   NEW-FILE [BASE BASE-IMAGE]`, which prints the bytes that were fetched
    public static void main(String[] words) throws IOException, InterruptedException {
        Path shelf = Path.of(words[1]);
        Path file = Path.of(words[3]);
        switch (words[0]) {
            case "publish" ->
                    publish(
                            shelf,
                            words[2],
                            file,
                            Integer.parseInt(words[4]),
                            List.of(words).subList(5, words.length));
            case "update" ->
                    System.out.println(
                            update(shelf, words[2], file, List.of(words).subList(4, words.length)));
            default -> throw new IllegalArgumentException(words[0]);
        }
    }

    static Path index(Path shelf, String name) {
        return shelf.resolve(name + ".index");
    }

    private static Path delta(Path shelf, String name) {
        return shelf.resolve(name + ".delta");
    }

    private static Index read(Path shelf, String name) throws IOException {
        return IndexFormat.read(Files.readAllBytes(index(shelf, name)));
    }

    private static void publish(Path shelf, String name, Path image, int level, List<String> base)
            throws IOException {
        List<Index> known = base.isEmpty() ? List.of() : List.of(read(shelf, base.getFirst()));
        Path fresh = Files.createTempDirectory(shelf, "fresh");
        Packing.Packed packed =
                Packing.pack(
                        List.of(new Part("system", Part.Kind.DISK, image)),
                        known,
                        fresh,
                        level,
                        new Quiet());
        put(packed.fresh(), fresh, shelf);
        Files.write(index(shelf, name), IndexFormat.write(packed.index()));
        if (!base.isEmpty()) {
            try (Space from = Space.open(known.getFirst(), List.of(Path.of(base.get(1))));
                    Space to = Space.open(packed.index(), List.of(image))) {
                DeltaPacking.Packed coded = DeltaPacking.pack(from, to, fresh, _ -> {});
                put(coded.fresh(), fresh, shelf);
                Files.write(delta(shelf, name), DeltaFormat.write(coded.delta()));
            }
        }
        Files.delete(fresh);
    }

    private static void put(List<Pack> packs, Path from, Path shelf) throws IOException {
        for (Pack pack : packs) {
            String name = pack.digest().hex();
            Files.move(
                    from.resolve(name), shelf.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private record Quiet() implements PackListener {
        @Override
        public void cut(long bytes) {}

        @Override
        public void packing(long totalBytes) {}

        @Override
        public void packed(long bytes) {}
    }

    private static long update(Path shelf, String name, Path into, List<String> base)
            throws IOException, InterruptedException {
        Index index = read(shelf, name);
        long bytes = Files.size(index(shelf, name));
        if (base.isEmpty()) {
            return bytes + assemble(index, into, List.of(), List.of(), shelf);
        }
        Delta delta = DeltaFormat.read(Files.readAllBytes(delta(shelf, name)));
        bytes += Files.size(delta(shelf, name));
        Index held = read(shelf, base.getFirst());
        try (Space space = Space.open(held, List.of(Path.of(base.get(1))))) {
            return bytes + assemble(index, into, List.of(space), List.of(delta), shelf);
        }
    }

    /// @return how many bytes of packs were read
    private static long assemble(
            Index index, Path into, List<Space> spaces, List<Delta> deltas, Path shelf)
            throws IOException, InterruptedException {
        try (Assembly assembly = Assembly.open(index, List.of(into))) {
            BitSet here = assembly.verified();
            Plan plan = Plan.of(index, here, spaces.stream().map(Space::index).toList(), deltas);
            List<List<List<Index.Place>>> places =
                    spaces.stream().map(space -> space.index().places()).toList();
            for (Plan.Copy copy : plan.copies()) {
                List<Index.Place> at = places.get(copy.space()).get(copy.held());
                assembly.place(copy.wanted(), spaces.get(copy.space()).chunk(copy.held(), at), 0);
            }
            fetch(index, plan.fetches(), spaces, assembly, shelf);
            assembly.force();
            return plan.bytes();
        }
    }

    /// As many frames at once as a download has requests.
    private static void fetch(
            Index index,
            List<Plan.Fetch> fetches,
            List<Space> spaces,
            Assembly assembly,
            Path shelf)
            throws InterruptedException {
        Semaphore free = new Semaphore(AT_ONCE);
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("fetch-", 0).factory())) {
            List<Future<?>> all = new java.util.ArrayList<>();
            for (Plan.Fetch fetch : fetches) {
                free.acquire();
                all.add(
                        threads.submit(() -> {
                            try {
                                place(index, fetch, spaces, assembly, shelf);
                            } finally {
                                free.release();
                            }
                            return true;
                        }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } catch (ExecutionException failed) {
            throw new IllegalStateException("a frame was not placed", failed.getCause());
        }
    }

    private static void place(
            Index index, Plan.Fetch fetch, List<Space> spaces, Assembly assembly, Path shelf)
            throws IOException {
        ByteBuffer stored = ByteBuffer.allocate(fetch.stored());
        try (FileChannel pack = FileChannel.open(shelf.resolve(fetch.pack().digest().hex()))) {
            while (stored.hasRemaining()
                    && pack.read(stored, fetch.offset() + stored.position()) >= 0) {}
        }
        switch (fetch) {
            case Plan.Fetch.Plain plain -> {
                byte[] bytes = Frames.plain(plain.frame(), stored.array());
                for (int number : plain.chunks()) {
                    int block = index.chunks().get(number).frameBlock();
                    assembly.place(number, bytes, block * Block.SIZE);
                }
            }
            case Plan.Fetch.Coded coded -> {
                Space base = spaces.get(coded.space());
                byte[] bytes = Frames.plain(coded.frame(), index, stored.array(), base);
                int at = 0;
                for (int number : coded.frame().chunks()) {
                    assembly.place(number, bytes, at);
                    at += index.chunks().get(number).bytes();
                }
            }
        }
    }
}
