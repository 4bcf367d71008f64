package carryall.folder;

import carryall.folder.HandleRecord.Gone;
import carryall.folder.HandleRecord.Lies;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Where each file lies that a client has a handle of: on disk, with an index in memory. Safe for
/// many threads. Nothing in it is trusted with more than which path below the folder is tried.
///
/// The file only grows, by a record for each new handle, each move and each end. When more than
/// half of it is out of date it is written anew beside and renamed. A damaged file counts up to the
/// damage; what is missing is found again by a walk through the folder, but for what was moved.
final class HandleTable implements AutoCloseable {
    /// About 16 MiB of memory, and 50 MiB of disk.
    static final int MOST_HANDLES = 1 << 19;

    /// Of how many handles that ended it is remembered that their path was in use.
    private static final int MOST_ENDED = 1 << 14;

    private static final byte[] HEAD = "CarryallHandles1".getBytes(StandardCharsets.US_ASCII);
    private static final int UNIT = 4;
    private static final int FEW = 16;
    private static final long SLACK_BYTES = 1 << 20;

    private final Path path;
    private final int most;
    private RandomAccessFile file;
    private long end;
    private long liveBytes;
    private long notBefore;
    private HandleIndex byHandle = new HandleIndex();
    private HandleIndex byPlace = new HandleIndex();
    private final byte[] scratch = new byte[HandleRecord.MOST_BYTES];

    /// By the first handle of a path, which generation its next file gets; the eldest go first.
    private final Map<Handle, Integer> generations =
            new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<Handle, Integer> eldest) {
                    return size() > MOST_ENDED;
                }
            };

    private HandleTable(Path path, int most) throws IOException {
        this.path = path;
        this.most = most;
        this.file = new RandomAccessFile(path.toFile(), "rw");
    }

    /// Reads what is known.
    ///
    /// @param path of a file that need not be there
    static HandleTable open(Path path) throws IOException {
        return open(path, MOST_HANDLES);
    }

    /// Reads what is known, in less space.
    ///
    /// @param most handles that it keeps
    static HandleTable open(Path path, int most) throws IOException {
        HandleTable table = new HandleTable(path, most);
        try {
            table.readAll();
            return table;
        } catch (IOException | RuntimeException failed) {
            table.file.close();
            throw failed;
        }
    }

    private void readAll() throws IOException {
        byte[] head = new byte[HEAD.length];
        file.seek(0);
        if (file.read(head) != head.length || !Arrays.equals(head, HEAD)) {
            file.setLength(0);
            file.seek(0);
            file.write(HEAD);
        }
        end = HEAD.length;
        HandleRecords reading = new HandleRecords(file, end, file.length());
        for (Optional<HandleRecord> next = reading.next();
                next.isPresent();
                next = reading.next()) {
            remember(next.get(), reading.start());
            end = reading.end();
        }
        file.setLength(end);
    }

    private void remember(HandleRecord record, long position) {
        boolean wasThere = drop(record.handle());
        switch (record) {
            case Lies lies -> {
                if (wasThere) {
                    markUsed(lies.handle());
                }
                // The host may have changed what lies where, so that another is believed there.
                int other = byPlace.find(hash(lies), place -> isAt(place, lies));
                if (other != 0) {
                    Handle displaced = lies(other).handle();
                    drop(displaced);
                    markUsed(displaced);
                }
                int place = Math.toIntExact(position / UNIT);
                byHandle.put(lies.handle().hash(), place);
                byPlace.put(hash(lies), place);
                liveBytes += lies.bytes().length;
            }
            case Gone gone -> markUsed(gone.handle());
        }
    }

    private void markUsed(Handle handle) {
        generations.merge(handle.generation(0), handle.generation() + 1, Math::max);
    }

    /// Takes a handle out of the indexes.
    private boolean drop(Handle handle) {
        int place = byHandle.find(handle.hash(), at -> lies(at).handle().equals(handle));
        if (place == 0) {
            return false;
        }
        Lies lies = lies(place);
        byHandle.remove(handle.hash(), place);
        byPlace.remove(hash(lies), place);
        liveBytes -= lies.bytes().length;
        return true;
    }

    private static int hash(Lies lies) {
        return lies.directory().hash(lies.name());
    }

    private boolean isAt(int place, Lies lies) {
        Lies there = lies(place);
        return there.directory().equals(lies.directory()) && there.name().equals(lies.name());
    }

    private Lies lies(int place) {
        try {
            long position = (long) place * UNIT;
            file.seek(position);
            int some = file.read(scratch, 0, scratch.length);
            if (HandleRecord.read(scratch, some).orElse(null) instanceof Lies lies) {
                return lies;
            }
            throw new IOException(path + " changed while it was in use");
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /// Where a handle's file lies, as far as is known.
    synchronized Optional<Lies> find(Handle handle) throws IOException {
        return found(() -> byHandle.find(handle.hash(), at -> lies(at).handle().equals(handle)));
    }

    /// The file of a name in a directory, as far as is known.
    synchronized Optional<Lies> find(Handle directory, Name name) throws IOException {
        return found(() ->
                byPlace.find(
                        directory.hash(name),
                        at -> {
                            Lies lies = lies(at);
                            return lies.directory().equals(directory) && lies.name().equals(name);
                        }));
    }

    private interface Search {
        int place();
    }

    private Optional<Lies> found(Search search) throws IOException {
        try {
            int place = search.place();
            return place == 0 ? Optional.empty() : Optional.of(lies(place));
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
    }

    /// A handle that means nothing, for a new file at the path whose first handle is given.
    synchronized Handle unused(Handle first) throws IOException {
        int generation = generations.getOrDefault(first, 0);
        int tries = 0;
        while (find(first.generation(generation)).isPresent()) {
            // One after the other, unless very many are in use of whose number nothing is known.
            generation = (tries++ < FEW ? generation + 1 : 2 * generation) & Integer.MAX_VALUE;
        }
        if (generation > 0) {
            generations.merge(first, generation, Math::max);
        }
        return first.generation(generation);
    }

    /// Whether it is known that a handle has ended.
    synchronized boolean hasEnded(Handle handle) {
        return generations.getOrDefault(handle.generation(0), 0) > handle.generation();
    }

    synchronized void add(HandleRecord record) throws IOException {
        byte[] bytes = record.bytes();
        file.seek(end);
        file.write(bytes);
        try {
            remember(record, end);
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        end += bytes.length;
    }

    /// Has all on disk, also if the host loses power.
    synchronized void flush() throws IOException {
        file.getFD().sync();
    }

    /// Writes the file anew if that makes it much smaller, or if it has too many handles: then the
    /// eldest are left out, of which a walk finds those again that were never moved.
    synchronized void tidy() throws IOException {
        boolean isFull = byHandle.size() > most;
        boolean isStale = end >= 2 * liveBytes + SLACK_BYTES;
        if (end < notBefore || !(isFull || isStale)) {
            return;
        }
        // If this fails, which a full disk can do, it is not tried with each request.
        notBefore = end + SLACK_BYTES;
        Path beside = path.resolveSibling(path.getFileName() + ".new");
        long skip = isFull ? byHandle.size() - most / 2 : 0;
        try (RandomAccessFile smaller = new RandomAccessFile(beside.toFile(), "rw")) {
            smaller.setLength(0);
            OutputStream writing =
                    new BufferedOutputStream(Channels.newOutputStream(smaller.getChannel()));
            writing.write(HEAD);
            for (Map.Entry<Handle, Integer> used : generations.entrySet()) {
                writing.write(new Gone(used.getKey().generation(used.getValue() - 1)).bytes());
            }
            HandleRecords reading = new HandleRecords(file, HEAD.length, end);
            for (Optional<HandleRecord> next = reading.next();
                    next.isPresent();
                    next = reading.next()) {
                if (next.get() instanceof Lies lies
                        && isLatest(lies, reading.start())
                        && !isOrphan(lies)) {
                    if (skip > 0) {
                        skip--;
                    } else {
                        writing.write(lies.bytes());
                    }
                }
            }
            writing.flush();
            smaller.getFD().sync();
        } catch (UncheckedIOException failure) {
            throw failure.getCause();
        }
        Files.move(
                beside, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        file.close();
        file = new RandomAccessFile(path.toFile(), "rw");
        byHandle = new HandleIndex();
        byPlace = new HandleIndex();
        liveBytes = 0;
        generations.clear();
        notBefore = 0;
        readAll();
    }

    private boolean isLatest(Lies lies, long position) {
        int place = (int) (position / UNIT);
        return byHandle.find(lies.handle().hash(), at -> at == place) != 0;
    }

    /// Whether its directory is gone, and it with it.
    private boolean isOrphan(Lies lies) throws IOException {
        return find(lies.directory()).isEmpty() && hasEnded(lies.directory());
    }

    @Override
    public synchronized void close() throws IOException {
        file.close();
    }
}
