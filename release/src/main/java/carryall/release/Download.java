package carryall.release;

import carryall.chunk.Assembly;
import carryall.chunk.Index;
import carryall.chunk.Plan;
import carryall.chunk.Space;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/// Gets the chunks of an index into its images: what somebody waits for first, then what opening a
/// machine needs in the order in which it does, then the rest. Neighbours in a pack are one
/// request, several requests are under way at once, each on a virtual thread; one that is cut goes
/// on behind the last frame that was whole.
///
/// Memory: each worker holds one frame, stored and plain, 3 MiB at most.
final class Download implements Closeable {
    private static final int LARGEST_GAP = 16 << 10;
    private static final int LARGEST_REQUEST = 4 << 20;

    /// Of what is wanted in a certain order: with a larger one, what comes later in the order would
    /// take the link from what comes before.
    private static final int LARGEST_IN_ORDER = 256 << 10;

    private static final int MOST_CUTS = 5;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration WAY_GIVEN = Duration.ofSeconds(1);

    /// What becomes of a failure.
    enum Manners {
        /// It ends the download.
        GIVE_UP,
        /// It is tried again until it works, by whoever runs a machine from it.
        KEEP_TRYING
    }

    /// Why a job is done now, the most urgent first.
    private enum Urgency {
        /// Somebody waits for it.
        DEMANDED(LARGEST_IN_ORDER),
        /// Who opens a machine will.
        OPENING(LARGEST_IN_ORDER),
        /// It belongs to the whole.
        REST(LARGEST_REQUEST);

        private final int largestRequest;

        Urgency(int largestRequest) {
            this.largestRequest = largestRequest;
        }
    }

    /// Jobs of which each lies behind the one before.
    private record Batch(Urgency urgency, List<Job> jobs) {}

    /// @param due by [System#nanoTime]
    private record Later(Job job, Urgency urgency, long due) {}

    private enum Stage {
        QUEUED,
        UNDER_WAY,
        DONE
    }

    /// A frame to fetch or a chunk to copy, and how far it is; guarded by the lock.
    private static final class Job {
        private final Way way;
        private Stage stage = Stage.QUEUED;
        private boolean isDemanded;
        private Duration pause = FIRST_PAUSE;

        Job(Way way) {
            this.way = way;
        }
    }

    private sealed interface Way {
        record Fetch(Plan.Fetch fetch) implements Way {}

        record Copy(Plan.Copy copy) implements Way {}
    }

    private final Repository repository;
    private final Index index;
    private final Assembly assembly;
    private final Placement placement;
    private final FetchListener listener;
    private final Manners manners;

    private final Lock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // All below are guarded by the lock.

    /// By chunk; null where nothing has to be got.
    private final Job[] jobs;

    private final Map<Urgency, Deque<Job>> queues = new EnumMap<>(Urgency.class);

    /// What failed, and is at its turn again later.
    private final List<Later> later = new ArrayList<>();

    /// Rises with each job that is done.
    private long doneJobs;

    private boolean restWanted;
    private long lastDemand = System.nanoTime();
    private int demandsUnderWay;
    private int left;
    private boolean closed;
    private Optional<IOException> failure = Optional.empty();
    private Optional<Trouble> trouble = Optional.empty();
    private boolean refusing;
    private final List<Thread> workers = new ArrayList<>();

    /// Who waits, and since when.
    private final Map<Object, Instant> waits = new ConcurrentHashMap<>();

    /// Why nothing comes any more.
    ///
    /// @param since when it last did, or when it was first wanted
    record Trouble(Instant since, String reason) {}

    Download(
            Repository repository,
            Index index,
            List<Space> spaces,
            Assembly assembly,
            FetchListener listener,
            Manners manners) {
        this.repository = repository;
        this.index = index;
        this.assembly = assembly;
        this.placement = new Placement(repository, index, spaces, assembly, this::miss);
        this.listener = listener;
        this.manners = manners;
        this.jobs = new Job[index.chunks().size()];
    }

    /// Says how each chunk that is missing is got. Nothing happens before [#start].
    void follow(Plan plan) {
        lock.lock();
        try {
            List<Job> all = new ArrayList<>();
            for (Plan.Copy copy : plan.copies()) {
                Job job = new Job(new Way.Copy(copy));
                jobs[copy.wanted()] = job;
                all.add(job);
            }
            for (Plan.Fetch fetch : plan.fetches()) {
                all.add(newJob(fetch));
            }
            left += all.size();
            Set<Job> first = new LinkedHashSet<>();
            for (int frame : index.opening()) {
                int chunk = index.frames().get(frame).firstChunk();
                int end = chunk + index.frames().get(frame).chunks();
                Arrays.stream(jobs, chunk, end).filter(Objects::nonNull).forEach(first::add);
            }
            queue(Urgency.OPENING).addAll(first);
            queue(Urgency.REST).addAll(all);
        } finally {
            lock.unlock();
        }
    }

    private Job newJob(Plan.Fetch fetch) {
        Job job = new Job(new Way.Fetch(fetch));
        for (int chunk : chunks(fetch)) {
            jobs[chunk] = job;
        }
        return job;
    }

    private static List<Integer> chunks(Plan.Fetch fetch) {
        return switch (fetch) {
            case Plan.Fetch.Plain plain -> plain.chunks();
            case Plan.Fetch.Coded coded -> coded.frame().chunks();
        };
    }

    /// Starts the workers.
    ///
    /// @param forAll how many do what nobody waits for
    /// @param forDemanded how many more do what somebody waits for
    void start(int forAll, int forDemanded) {
        for (int i = 0; i < forAll + forDemanded; i++) {
            List<Urgency> urgencies =
                    i < forAll ? List.of(Urgency.OPENING, Urgency.REST) : List.of(Urgency.DEMANDED);
            workers.add(Thread.ofVirtual().name("download-" + i).start(() -> work(urgencies)));
        }
    }

    private Deque<Job> queue(Urgency urgency) {
        return queues.computeIfAbsent(urgency, _ -> new ArrayDeque<>());
    }

    /// Lets the rest come too, not only what opening needs.
    void wantRest() {
        lock.lock();
        try {
            restWanted = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Waits until chunks are here.
    ///
    /// @param chunks their numbers in the index
    /// @throws IOException if the download ends before, or refuses to wait
    void await(List<Integer> chunks) throws IOException {
        for (int chunk : chunks) {
            if (!assembly.has(chunk)) {
                Object wait = new Object();
                waits.put(wait, Instant.now());
                try {
                    await(chunk, chunks);
                } finally {
                    waits.remove(wait);
                }
            }
        }
    }

    /// Since when somebody waits; empty if nobody does.
    Optional<Instant> waitingSince() {
        return waits.values().stream().min(Comparator.naturalOrder());
    }

    private void await(int chunk, List<Integer> chunks) throws IOException {
        while (!assembly.has(chunk)) {
            lock.lock();
            try {
                check();
                if (refusing) {
                    throw new IOException("what is missing cannot be had now");
                }
                demand(chunks);
                // What was placed before the lock was taken is seen at the next look.
                if (!assembly.has(chunk)) {
                    changed.await();
                }
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("a wait for what is missing was interrupted");
            } finally {
                lock.unlock();
            }
        }
    }

    /// Has chunks come before others, and waits for nothing.
    void hasten(List<Integer> chunks) throws IOException {
        List<Integer> missing = new ArrayList<>();
        for (int chunk : chunks) {
            if (!assembly.has(chunk)) {
                missing.add(chunk);
            }
        }
        lock.lock();
        try {
            demand(missing);
        } finally {
            lock.unlock();
        }
    }

    /// Moves what is not under way to the front.
    private void demand(List<Integer> chunks) throws IOException {
        boolean more = false;
        for (int chunk : chunks) {
            Job job = jobs[chunk];
            if (job == null || (job.stage == Stage.DONE && !assembly.has(chunk))) {
                // A file was changed under our hands, or another process's chunk was believed in.
                job = plain(chunk);
            }
            if (job.stage == Stage.QUEUED && !job.isDemanded) {
                job.isDemanded = true;
                queue(Urgency.DEMANDED).add(job);
                lastDemand = System.nanoTime();
                more = true;
            }
        }
        if (more) {
            changed.signalAll();
        }
    }

    /// The way of a chunk that never fails for want of something here.
    private Job plain(int chunk) {
        BitSet one = new BitSet();
        one.set(chunk);
        Job job = newJob(Plan.plain(index, one).getFirst());
        left++;
        return job;
    }

    /// Waits until all that was planned is done.
    ///
    /// @throws IOException if the download failed or was closed before
    void awaitAll() throws IOException {
        lock.lock();
        try {
            while (left > 0) {
                check();
                changed.await();
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the download was interrupted");
        } finally {
            lock.unlock();
        }
    }

    private void check() throws IOException {
        if (failure.isPresent()) {
            throw failure.get();
        }
        if (closed) {
            throw new InterruptedIOException("the download was ended");
        }
    }

    /// Since when nothing comes, and why; empty while all is well.
    Optional<Trouble> trouble() {
        lock.lock();
        try {
            return trouble;
        } finally {
            lock.unlock();
        }
    }

    /// Whether who waits is told that it is in vain, from now on or no more.
    void refuse(boolean refuses) {
        lock.lock();
        try {
            refusing = refuses;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void work(List<Urgency> urgencies) {
        Duration pause = FIRST_PAUSE;
        int cuts = 0;
        while (true) {
            Optional<Batch> next = take(urgencies);
            if (next.isEmpty()) {
                return;
            }
            Batch batch = next.get();
            boolean isWell = false;
            try {
                run(batch);
                isWell = true;
                cuts = 0;
                pause = FIRST_PAUSE;
            } catch (Cut cut) {
                cuts = cut.whole > 0 ? 1 : cuts + 1;
                pause = cut.whole > 0 ? FIRST_PAUSE : longer(pause);
                meet(cut.failure, cut.failure instanceof TransportException.Unreachable, cuts);
            } catch (RuntimeException | Error ours) {
                meet(new IOException("a download failed: " + ours, ours), false, MOST_CUTS);
            } finally {
                finished(batch);
            }
            if (!isWell && !rest(pause)) {
                return;
            }
        }
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : twice;
    }

    /// What a failure means for the download.
    private void meet(IOException failed, boolean mayPass, int cuts) {
        lock.lock();
        try {
            if (manners == Manners.KEEP_TRYING) {
                Instant since = trouble.map(Trouble::since).orElseGet(Instant::now);
                trouble = Optional.of(new Trouble(since, String.valueOf(failed.getMessage())));
            } else if (!mayPass || cuts >= MOST_CUTS) {
                failure = failure.isPresent() ? failure : Optional.of(failed);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// What of a batch did not come is at its turn again, in its order, before what else waits; but
    /// the first of it, which may never come, only after a pause, so that it keeps no worker from
    /// what can be had.
    private void finished(Batch batch) {
        lock.lock();
        try {
            List<Job> left =
                    batch.jobs().stream().filter(job -> job.stage == Stage.UNDER_WAY).toList();
            for (Job job : left.reversed()) {
                job.stage = Stage.QUEUED;
                // Who still waits for it asks again.
                job.isDemanded = batch.urgency() == Urgency.DEMANDED;
                queue(batch.urgency()).addFirst(job);
            }
            if (!left.isEmpty() && manners == Manners.KEEP_TRYING) {
                Job failed = queue(batch.urgency()).removeFirst();
                Urgency urgency =
                        batch.urgency() == Urgency.OPENING ? Urgency.REST : batch.urgency();
                later.add(new Later(failed, urgency, System.nanoTime() + failed.pause.toNanos()));
                failed.pause = longer(failed.pause);
            }
            demandsUnderWay -= batch.urgency() == Urgency.DEMANDED ? 1 : 0;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void done(Job job) {
        lock.lock();
        try {
            job.stage = Stage.DONE;
            left--;
            doneJobs++;
            trouble = Optional.empty();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// Rests, unless something comes to another worker: then the shelf is there.
    ///
    /// @return whether to go on
    private boolean rest(Duration pause) {
        long end = System.nanoTime() + pause.toNanos();
        lock.lock();
        try {
            long before = doneJobs;
            while (System.nanoTime() < end && doneJobs == before) {
                if (closed || failure.isPresent()) {
                    return false;
                }
                if (manners == Manners.GIVE_UP) {
                    return true;
                }
                var _ = changed.awaitNanos(end - System.nanoTime());
            }
            return true;
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// The next jobs of the most urgent kind; waits for them.
    ///
    /// @return empty if there is no more to do, ever
    private Optional<Batch> take(List<Urgency> urgencies) {
        lock.lock();
        try {
            while (!closed && failure.isEmpty()) {
                long soonest = queueAgain();
                for (Urgency urgency : urgencies) {
                    if (hasNext(queue(urgency)) && isDue(urgency)) {
                        Batch batch = new Batch(urgency, batch(urgency));
                        batch.jobs().forEach(job -> job.stage = Stage.UNDER_WAY);
                        demandsUnderWay += urgency == Urgency.DEMANDED ? 1 : 0;
                        return Optional.of(batch);
                    }
                }
                if (manners == Manners.GIVE_UP && left == 0) {
                    return Optional.empty();
                }
                // Quiet comes without a word.
                var _ = changed.awaitNanos(Math.min(QUIET.toNanos(), soonest));
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return Optional.empty();
    }

    /// Queues what failed and is due.
    ///
    /// @return how many nanoseconds it is until the next of it is
    private long queueAgain() {
        long now = System.nanoTime();
        long soonest = Long.MAX_VALUE;
        for (Iterator<Later> each = later.iterator(); each.hasNext(); ) {
            Later one = each.next();
            if (one.due() - now <= 0) {
                queue(one.urgency()).addLast(one.job());
                each.remove();
            } else {
                soonest = Math.min(soonest, one.due() - now);
            }
        }
        return soonest;
    }

    private boolean isDue(Urgency urgency) {
        return urgency != Urgency.REST || (restWanted && isQuiet());
    }

    /// Whether nobody has waited for anything for a while: until then the link is theirs. Who has
    /// waited long waits for what may never come.
    private boolean isQuiet() {
        Instant longAgo = Instant.now().minus(LONG);
        return manners == Manners.GIVE_UP
                || (waits.values().stream().allMatch(longAgo::isAfter)
                        && System.nanoTime() - lastDemand > QUIET.toNanos());
    }

    private static boolean hasNext(Deque<Job> queue) {
        while (!queue.isEmpty() && queue.peekFirst().stage != Stage.QUEUED) {
            queue.removeFirst();
        }
        return !queue.isEmpty();
    }

    private List<Job> batch(Urgency urgency) {
        Deque<Job> queue = queue(urgency);
        List<Job> batch = new ArrayList<>();
        batch.add(queue.removeFirst());
        long bytes = stored(batch.getFirst());
        while (!queue.isEmpty()
                && queue.peekFirst().stage == Stage.QUEUED
                && follows(batch.getLast(), queue.peekFirst())
                && bytes + stored(queue.peekFirst()) <= urgency.largestRequest) {
            bytes += stored(queue.peekFirst());
            batch.add(queue.removeFirst());
        }
        return batch;
    }

    private static long stored(Job job) {
        return job.way instanceof Way.Fetch(Plan.Fetch fetch) ? fetch.stored() : 0;
    }

    /// A request that ended too early.
    private static final class Cut extends Exception {
        private final int whole;
        private final IOException failure;

        Cut(int whole, IOException failure) {
            super(failure);
            this.whole = whole;
            this.failure = failure;
        }
    }

    private void run(Batch batch) throws Cut {
        int whole = 0;
        try {
            List<Job> together = new ArrayList<>();
            for (Job job : batch.jobs()) {
                if (isHere(job)) {
                    done(job);
                } else if (job.way instanceof Way.Copy(Plan.Copy copy)) {
                    placement.copy(copy);
                    done(job);
                } else {
                    if (!together.isEmpty() && !follows(together.getLast(), job)) {
                        whole += fetch(together, batch.urgency(), whole);
                        together.clear();
                    }
                    together.add(job);
                }
            }
            if (!together.isEmpty()) {
                whole += fetch(together, batch.urgency(), whole);
            }
        } catch (IOException failed) {
            throw new Cut(whole, failed);
        }
    }

    private boolean isHere(Job job) throws IOException {
        List<Integer> wanted =
                switch (job.way) {
                    case Way.Copy(Plan.Copy copy) -> List.of(copy.wanted());
                    case Way.Fetch(Plan.Fetch fetch) -> chunks(fetch);
                };
        for (int chunk : wanted) {
            if (manners == Manners.KEEP_TRYING) {
                // Another keeper may have got it.
                assembly.doubt(chunk);
            }
            if (!assembly.has(chunk)) {
                return false;
            }
        }
        return true;
    }

    private static boolean follows(Job before, Job after) {
        return before.way instanceof Way.Fetch(Plan.Fetch one)
                && after.way instanceof Way.Fetch(Plan.Fetch next)
                && next.pack().equals(one.pack())
                && next.offset() >= one.offset() + one.stored()
                && next.offset() - one.offset() - one.stored() <= LARGEST_GAP;
    }

    private int fetch(List<Job> together, Urgency urgency, int before) throws IOException, Cut {
        List<Plan.Fetch> fetches = new ArrayList<>();
        for (Job job : together) {
            if (job.way instanceof Way.Fetch(Plan.Fetch fetch)) {
                fetches.add(fetch);
            }
        }
        Plan.Fetch first = fetches.getFirst();
        Plan.Fetch last = fetches.getLast();
        long length = last.offset() + last.stored() - first.offset();
        int whole = 0;
        Optional<ReleaseException.PackDamaged> wrong = Optional.empty();
        try (InputStream input =
                repository.range(
                        first.pack().digest(), first.pack().size(), first.offset(), length)) {
            long at = first.offset();
            for (int i = 0; i < fetches.size(); i++) {
                Plan.Fetch fetch = fetches.get(i);
                if (urgency == Urgency.REST) {
                    giveWay();
                }
                input.skipNBytes(fetch.offset() - at);
                byte[] stored = input.readNBytes(fetch.stored());
                if (stored.length < fetch.stored()) {
                    throw new EOFException("a range ended too early");
                }
                at = fetch.offset() + fetch.stored();
                try {
                    placement.place(fetch, stored);
                } catch (ReleaseException.PackDamaged other) {
                    // Its neighbours may be what they should be.
                    wrong = Optional.of(wrong.orElse(other));
                    continue;
                }
                listener.fetched(stored.length);
                done(together.get(i));
                whole++;
            }
            if (wrong.isPresent()) {
                throw wrong.get();
            }
            return whole;
        } catch (IOException failed) {
            throw new Cut(before + whole, failed);
        }
    }

    /// Leaves the link, for a moment, to what somebody waits for.
    private void giveWay() {
        long end = System.nanoTime() + WAY_GIVEN.toNanos();
        lock.lock();
        try {
            long left = WAY_GIVEN.toNanos();
            while (demandsUnderWay > 0 && !closed && left > 0) {
                left = Math.min(changed.awaitNanos(left), end - System.nanoTime());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /// What is here is not what it was: the shelf has it whole.
    private void miss(int chunk) {
        lock.lock();
        try {
            queue(Urgency.REST).add(plain(chunk));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        workers.forEach(Thread::interrupt);
        for (Thread worker : workers) {
            try {
                var _ = worker.join(Duration.ofSeconds(5));
            } catch (InterruptedException stop) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
