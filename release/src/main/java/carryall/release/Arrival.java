package carryall.release;

import carryall.appliance.Appliance;
import carryall.appliance.Appliances;
import carryall.appliance.ArrivalLock;
import carryall.appliance.InstalledAppliance;
import carryall.chunk.Assembly;
import carryall.chunk.Block;
import carryall.chunk.Image;
import carryall.chunk.Index;
import carryall.chunk.Piece;
import carryall.hypervisor.ByteSize;
import carryall.transport.Repository;
import carryall.transport.TransportException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An appliance that is used while it arrives: a read waits until what it wants is here, checked;
/// meanwhile what opening needs comes, then all the rest, until the appliance is whole. Where the
/// shelf fails, it is asked again until it answers. Several processes may use one at a time: one of
/// them sees to the rest, each gets what it waits for.
///
/// Safe for many threads.
public final class Arrival implements Closeable {
    private static final int WORKERS = 3;
    private static final int DEMANDED_WORKERS = 4;

    /// A worker's frame, stored and plain, and what the way to the shelf buffers.
    private static final ByteSize OF_A_WORKER = ByteSize.mebibytes(8);

    private static final ByteSize USUAL_MEMORY = ByteSize.mebibytes(64);
    private static final Duration TURN = Duration.ofSeconds(2);
    private static final Duration LOOK = Duration.ofMillis(100);

    private final InstalledAppliance appliance;
    private final Appliances appliances;
    private final Index index;
    private final Holdings holdings;
    private final Assembly assembly;
    private final Download download;
    private final Consumer<String> log;
    private final Thread completing;

    /// Why nothing comes any more.
    ///
    /// @param since when something was last missed in vain
    public record Stall(Instant since, String reason) {
        private boolean isOver(Duration patience) {
            return since.plus(patience).isBefore(Instant.now());
        }
    }

    private Arrival(
            InstalledRelease held,
            Appliances appliances,
            Holdings holdings,
            Assembly assembly,
            Download download,
            Consumer<String> log) {
        this.appliance = held.appliance();
        this.appliances = appliances;
        this.index = held.index();
        this.holdings = holdings;
        this.assembly = assembly;
        this.download = download;
        this.log = log;
        this.completing = Thread.ofVirtual().name("arrival").unstarted(this::complete);
    }

    /// Opens an appliance that is not whole, and begins to fetch what opening a machine needs.
    ///
    /// @param log told, in a few words, what people should know
    /// @throws ReleaseException.SourceUnknown if nothing says where the rest is
    public static Arrival open(
            InstalledAppliance appliance,
            Appliances appliances,
            Shelves shelves,
            Consumer<String> log)
            throws IOException {
        InstalledRelease held =
                InstalledRelease.of(appliance)
                        .orElseThrow(() -> new ReleaseException.SourceUnknown(appliance.id()));
        Source source =
                Source.read(appliance.directory())
                        .orElseThrow(() -> new ReleaseException.SourceUnknown(appliance.id()));
        Repository repository =
                shelves.open(source.shelf(), source.settings()).repository(source.app());
        Holdings holdings = holdings(appliances, repository, held, log);
        try {
            Assembly assembly =
                    Assembly.open(
                            held.index(),
                            InstalledRelease.files(held.index(), appliance.directory()));
            Download download =
                    new Download(
                            repository,
                            held.index(),
                            holdings.spaces(),
                            assembly,
                            FetchListener.SILENT,
                            Download.Manners.KEEP_TRYING);
            download.follow(holdings.plan(held.index(), new BitSet()));
            int most = workers(System.getenv("CARRYALL_FETCH_MEMORY"));
            download.start(Math.min(WORKERS, most), Math.min(DEMANDED_WORKERS, most));
            Arrival arrival = new Arrival(held, appliances, holdings, assembly, download, log);
            arrival.completing.start();
            return arrival;
        } catch (IOException failed) {
            holdings.close();
            throw failed;
        }
    }

    /// Nothing is cached in memory, so that frames under way are all that takes some.
    ///
    /// @param said such as `16MiB`; 64 MiB if it is no size
    /// @return half of the workers that it is enough for, 1 at least
    private static int workers(@Nullable String said) {
        ByteSize memory = USUAL_MEMORY;
        try {
            memory = said == null ? memory : ByteSize.parse(said);
        } catch (IllegalArgumentException noSize) {
            // As usual.
        }
        return (int) Math.max(1, memory.bytes() / OF_A_WORKER.bytes() / 2);
    }

    /// A shelf that is away now must not keep from opening what is here.
    private static Holdings holdings(
            Appliances appliances,
            Repository repository,
            InstalledRelease held,
            Consumer<String> log)
            throws IOException {
        try {
            return Holdings.open(appliances, repository, held.release());
        } catch (TransportException | IllegalArgumentException notNow) {
            log.accept("fetching without a delta: " + notNow.getMessage());
            return new Holdings(new ArrayList<>(), new ArrayList<>());
        }
    }

    /// Whether the appliance has such a part.
    public boolean contains(Appliance.Part part) {
        return appliance.description().parts().containsKey(part);
    }

    /// How large a part is.
    public long size(Appliance.Part part) {
        return image(part).sizeBytes();
    }

    private int number(Appliance.Part part) {
        for (int i = 0; i < index.images().size(); i++) {
            if (index.images().get(i).name().equals(part.word())) {
                return i;
            }
        }
        throw new IllegalArgumentException(appliance.description().name() + " has no " + part);
    }

    /// What a part is made of.
    public Image image(Appliance.Part part) {
        return index.images().get(number(part));
    }

    /// Whether a read would not have to wait.
    ///
    /// @param offset 0 and more; the range ends at the part's end at most
    public boolean isReady(Appliance.Part part, long offset, int length) throws IOException {
        for (int chunk : chunks(image(part), offset, length)) {
            if (!assembly.has(chunk)) {
                return false;
            }
        }
        return true;
    }

    /// Reads a range of a part, and waits for it if it is not here.
    ///
    /// @param offset 0 and more; the range ends at the part's end at most
    /// @throws IOException if waiting is refused, or this is closed
    public void read(Appliance.Part part, long offset, ByteBuffer into) throws IOException {
        int number = number(part);
        download.await(chunks(index.images().get(number), offset, into.remaining()));
        assembly.read(number, offset, into);
    }

    /// Waits until all of a part is here.
    public void await(Appliance.Part part) throws IOException {
        Image image = image(part);
        download.await(chunks(image, 0, image.sizeBytes()));
    }

    /// Has a part come before what nobody waits for.
    public void hasten(Appliance.Part part) throws IOException {
        Image image = image(part);
        download.hasten(chunks(image, 0, image.sizeBytes()));
    }

    /// The same for who has not all the time.
    ///
    /// @param patience how long the shelf may be away
    /// @throws IOException which says why nothing came
    public void await(Appliance.Part part, Duration patience) throws IOException {
        if (has(part)) {
            return;
        }
        Thread watch = Thread.ofVirtual().name("patience").start(() -> refuseAfter(patience));
        try {
            await(part);
        } catch (IOException failed) {
            Optional<Stall> stall = stall();
            throw stall.isPresent() ? new IOException(stall.get().reason(), failed) : failed;
        } finally {
            watch.interrupt();
            joined(watch);
            refuse(false);
        }
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    private void refuseAfter(Duration patience) {
        try {
            while (stall().filter(stall -> stall.isOver(patience)).isEmpty()) {
                Thread.sleep(LOOK);
            }
            refuse(true);
        } catch (InterruptedException inTime) {
            Thread.currentThread().interrupt();
        }
    }

    /// Whether all of a part is here.
    public boolean has(Appliance.Part part) throws IOException {
        Image image = image(part);
        for (int chunk : chunks(image, 0, image.sizeBytes())) {
            if (!assembly.has(chunk)) {
                return false;
            }
        }
        return true;
    }

    private static List<Integer> chunks(Image image, long offset, long length) {
        List<Integer> chunks = new ArrayList<>();
        long end = Block.count(offset + length);
        long block = offset / Block.SIZE;
        while (block < end) {
            Piece piece = image.at(block);
            if (!piece.isZeros()) {
                chunks.add(piece.chunk());
            }
            block = piece.end();
        }
        return chunks;
    }

    /// How much of the appliance is here, 0 to 1.
    public double share() {
        return index.plainBytes() == 0 ? 1 : (double) assembly.hereBytes() / index.plainBytes();
    }

    /// Why nothing comes any more; empty while all is well.
    public Optional<Stall> stall() {
        return download.trouble().map(trouble -> new Stall(trouble.since(), trouble.reason()));
    }

    /// Since when somebody waits for something; empty if nobody does.
    public Optional<Instant> waitingSince() {
        return download.waitingSince();
    }

    /// Whether the appliance is whole now.
    public boolean isComplete() {
        return appliance.isWhole();
    }

    /// Whether a read that would wait fails instead, from now on or no more.
    public void refuse(boolean refuses) {
        download.refuse(refuses);
    }

    /// Sees to it that the appliance becomes whole, if no other process does.
    private void complete() {
        while (!appliance.isWhole()) {
            try (ArrivalLock lock = appliances.tryLock(appliance).orElse(null)) {
                if (lock != null) {
                    download.wantRest();
                    download.awaitAll();
                    completeWith();
                    return;
                }
            } catch (InterruptedIOException closed) {
                // It goes on when it is opened again.
                return;
            } catch (IOException failed) {
                log.accept("the appliance does not become whole: " + failed.getMessage());
            }
            try {
                Thread.sleep(TURN);
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        log.accept("the appliance is whole");
    }

    private void completeWith() throws IOException {
        for (int chunk = 0; chunk < index.chunks().size(); chunk++) {
            if (!assembly.has(chunk)) {
                download.await(List.of(chunk));
            }
        }
        assembly.force();
        appliances.complete(appliance);
        log.accept("the appliance is here whole, and can be opened without the shelf");
    }

    @Override
    public void close() throws IOException {
        download.close();
        completing.interrupt();
        try {
            completing.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        assembly.close();
        holdings.close();
    }
}
