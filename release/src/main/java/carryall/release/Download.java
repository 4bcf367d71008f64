package carryall.release;

import carryall.chunk.Assembly;
import carryall.chunk.ChunkException;
import carryall.chunk.Frames;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/// Fetches frames: neighbours in a pack as one request, several requests at once, each on a virtual
/// thread. A request that is cut goes on behind the last frame that was whole.
final class Download {
    private static final int AT_ONCE = 6;
    private static final int LARGEST_REQUEST = 4 << 20;
    private static final int LARGEST_GAP = 16 << 10;
    private static final int MOST_CUTS = 5;

    private final Repository repository;
    private final Index index;
    private final List<Space> spaces;
    private final Assembly assembly;
    private final FetchListener listener;

    /// Chunks that a delta did not give; guarded by itself.
    private final BitSet missed = new BitSet();

    Download(
            Repository repository,
            Index index,
            List<Space> spaces,
            Assembly assembly,
            FetchListener listener) {
        this.repository = repository;
        this.index = index;
        this.spaces = spaces;
        this.assembly = assembly;
        this.listener = listener;
    }

    /// Fetches all.
    ///
    /// @return the chunks of which a delta gave something else: what it goes out from is not here
    ///   as it was
    BitSet run(List<Plan.Fetch> fetches) throws IOException {
        Semaphore free = new Semaphore(AT_ONCE);
        List<Future<?>> requests = new ArrayList<>();
        try (ExecutorService threads =
                Executors.newThreadPerTaskExecutor(
                        Thread.ofVirtual().name("download-", 0).factory())) {
            for (List<Plan.Fetch> neighbours : neighbours(fetches)) {
                requests.add(
                        threads.submit(() -> {
                            free.acquire();
                            try {
                                get(neighbours);
                            } finally {
                                free.release();
                            }
                            return true;
                        }));
            }
            try {
                for (Future<?> request : requests) {
                    request.get();
                }
            } catch (ExecutionException failed) {
                threads.shutdownNow();
                if (failed.getCause() instanceof IOException io) {
                    throw io;
                }
                throw new IllegalStateException("a download failed", failed.getCause());
            } catch (InterruptedException stop) {
                threads.shutdownNow();
                Thread.currentThread().interrupt();
                throw new java.io.InterruptedIOException("the download was interrupted");
            }
        }
        synchronized (missed) {
            BitSet all = (BitSet) missed.clone();
            missed.clear();
            return all;
        }
    }

    private static List<List<Plan.Fetch>> neighbours(List<Plan.Fetch> fetches) {
        List<List<Plan.Fetch>> all = new ArrayList<>();
        long start = 0;
        for (Plan.Fetch fetch : fetches) {
            Plan.Fetch last = all.isEmpty() ? null : all.getLast().getLast();
            long end = last == null ? 0 : last.offset() + last.stored();
            boolean joins =
                    last != null
                            && last.pack().equals(fetch.pack())
                            && fetch.offset() >= end
                            && fetch.offset() - end <= LARGEST_GAP
                            && fetch.offset() + fetch.stored() - start <= LARGEST_REQUEST;
            if (!joins) {
                all.add(new ArrayList<>());
                start = fetch.offset();
            }
            all.getLast().add(fetch);
        }
        return all;
    }

    private void get(List<Plan.Fetch> neighbours) throws IOException {
        int done = 0;
        int cuts = 0;
        while (done < neighbours.size()) {
            List<Plan.Fetch> left = neighbours.subList(done, neighbours.size());
            int before = done;
            try {
                done += some(left);
            } catch (Cut cut) {
                done += cut.whole;
                cuts = done > before ? 1 : cuts + 1;
                if (cuts >= MOST_CUTS) {
                    throw cut.failure;
                }
            }
        }
    }

    /// A request that ended too early.
    private static final class Cut extends Exception {
        private final int whole;
        private final TransportException failure;

        Cut(int whole, TransportException failure) {
            super(failure);
            this.whole = whole;
            this.failure = failure;
        }
    }

    private int some(List<Plan.Fetch> fetches) throws IOException, Cut {
        Plan.Fetch first = fetches.getFirst();
        Plan.Fetch last = fetches.getLast();
        long length = last.offset() + last.stored() - first.offset();
        int whole = 0;
        try (InputStream input =
                repository.range(
                        first.pack().digest(), first.pack().size(), first.offset(), length)) {
            long at = first.offset();
            for (Plan.Fetch fetch : fetches) {
                input.skipNBytes(fetch.offset() - at);
                byte[] stored = input.readNBytes(fetch.stored());
                if (stored.length < fetch.stored()) {
                    throw new EOFException("a range ended too early");
                }
                at = fetch.offset() + fetch.stored();
                place(fetch, stored);
                whole++;
                listener.fetched(stored.length);
            }
            return whole;
        } catch (TransportException.Unreachable cut) {
            throw new Cut(whole, cut);
        }
    }

    private void place(Plan.Fetch fetch, byte[] stored) throws IOException {
        switch (fetch) {
            case Plan.Fetch.Plain plain -> {
                try {
                    byte[] bytes = Frames.plain(plain.frame(), stored);
                    for (int number : plain.chunks()) {
                        int block = index.chunks().get(number).frameBlock();
                        assembly.place(number, bytes, block * carryall.chunk.Block.SIZE);
                    }
                } catch (ChunkException wrong) {
                    throw new ReleaseException.PackDamaged(
                            repository.location(), fetch.pack().digest(), wrong);
                }
            }
            case Plan.Fetch.Coded coded -> {
                try {
                    byte[] bytes =
                            Frames.plain(coded.frame(), index, stored, spaces.get(coded.space()));
                    int at = 0;
                    for (int number : coded.frame().chunks()) {
                        placeOrMiss(number, bytes, at);
                        at += index.chunks().get(number).bytes();
                    }
                } catch (ChunkException wrong) {
                    miss(coded.frame().chunks());
                }
            }
        }
    }

    private void placeOrMiss(int number, byte[] bytes, int at) throws IOException {
        try {
            assembly.place(number, bytes, at);
        } catch (ChunkException.ChunkDamaged other) {
            miss(List.of(number));
        }
    }

    private void miss(List<Integer> chunks) {
        synchronized (missed) {
            chunks.forEach(missed::set);
        }
    }
}
