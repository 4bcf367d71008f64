package carryall.folder;

import carryall.folder.HandleRecord.Gone;
import carryall.folder.HandleRecord.Lies;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A granted folder, opened: its files by handle and by name. Safe for many threads, each of which
/// asks within [#enter] and [#leave].
final class Folder {
    private static final int MOST_PATH_BYTES = 4000;
    private static final int MOST_DEPTH = 512;

    /// How much of a folder is walked through for a handle that nobody remembers, how often at
    /// most.
    private static final int MOST_WALKED = 100_000;

    private static final long WALK_PAUSE_NANOS = 10_000_000_000L;
    private static final long LONGEST_END_MILLIS = 10_000;

    private final Grant grant;
    private final Handle root;
    private final Beneath beneath;
    private final Attributes attributes;
    private final HandleTable table;

    /// Guarded by this, as are the two below.
    private int users;

    private boolean isOver;
    private Optional<Long> walkNotBefore = Optional.empty();

    private Folder(Grant grant, Beneath beneath, Attributes attributes, HandleTable table) {
        this.grant = grant;
        this.root = Handle.root(grant.name());
        this.beneath = beneath;
        this.attributes = attributes;
        this.table = table;
    }

    static Folder open(Grant grant, GuestUser guest, HandleTable table) throws IOException {
        Beneath beneath;
        try {
            beneath = Beneath.open(grant.directory().toString());
        } catch (Refused refused) {
            throw new IOException(grant.directory() + " " + words(refused.status()), refused);
        }
        try {
            if (beneath.stat().type() != FileType.DIRECTORY) {
                throw new IOException(grant.directory() + " is not a folder");
            }
            beneath.find("").close();
            HostUser host = HostUser.of(beneath.stat());
            long fsid = Handle.grant(grant.name()) & Long.MAX_VALUE;
            return new Folder(grant, beneath, new Attributes(guest, host, fsid), table);
        } catch (Refused refused) {
            beneath.close();
            if (refused.status() == Status.ACCES) {
                throw new IOException(
                        grant.directory() + " is not for this user to enter", refused);
            }
            throw new IOException(
                    grant.directory()
                            + " cannot be kept apart from the rest ("
                            + refused.getMessage()
                            + "): sharing folders takes Linux 5.8 or later",
                    refused);
        } catch (IOException | RuntimeException failed) {
            beneath.close();
            throw failed;
        }
    }

    private static String words(Status status) {
        return switch (status) {
            case NOENT, NOTDIR -> "is not there";
            case INVAL -> "has become a link";
            case ACCES, PERM -> "is not for this user to reach";
            case NOTSUPP ->
                    "cannot be kept apart from the rest: sharing folders takes Linux 5.8 or later";
            default -> "cannot be opened (" + status + ")";
        };
    }

    Grant grant() {
        return grant;
    }

    Handle root() {
        return root;
    }

    Attributes attributes() {
        return attributes;
    }

    Beneath beneath() {
        return beneath;
    }

    /// Begins a request.
    ///
    /// @throws Refused if the folder was taken away
    synchronized void enter() throws Refused {
        if (isOver) {
            throw new Refused(Status.STALE);
        }
        users++;
    }

    synchronized void leave() {
        users--;
        closeIfUnused();
    }

    /// Takes it away, and waits a while for requests under way. None begins afterwards.
    synchronized void close() throws InterruptedException {
        if (!isOver) {
            isOver = true;
            closeIfUnused();
        }
        long end = System.nanoTime() / 1_000_000 + LONGEST_END_MILLIS;
        while (users > 0 && System.nanoTime() / 1_000_000 < end) {
            wait(Math.max(1, end - System.nanoTime() / 1_000_000));
        }
    }

    private void closeIfUnused() {
        if (isOver && users == 0) {
            beneath.close();
            notifyAll();
        }
    }

    /// Finds the file of a handle.
    Subject open(Handle handle) throws IOException {
        Optional<Lies> lies = lies(handle);
        String path = path(handle);
        Descriptor found;
        try {
            found = beneath.find(path);
        } catch (Refused refused) {
            throw switch (refused.status()) {
                case NOENT, NOTDIR, INVAL, XDEV -> new Refused(Status.STALE);
                default -> refused;
            };
        }
        try {
            Stat stat = Beneath.stat(found);
            if (lies.isPresent() && lies.get().type() != stat.type()) {
                throw new Refused(Status.STALE);
            }
            return new Subject(this, handle, path, found, stat);
        } catch (IOException | RuntimeException failed) {
            found.close();
            throw failed;
        }
    }

    private Optional<Lies> lies(Handle handle) throws IOException {
        if (handle.equals(root)) {
            return Optional.empty();
        }
        Optional<Lies> lies = table.find(handle);
        if (lies.isEmpty()) {
            lies = search(handle);
            if (lies.isEmpty()) {
                throw new Refused(Status.STALE);
            }
        }
        return lies;
    }

    private String path(Handle handle) throws IOException {
        StringBuilder path = new StringBuilder();
        Handle at = handle;
        for (int depth = 0; !at.equals(root); depth++) {
            Lies lies = lies(at).orElseThrow();
            if (!path.isEmpty()) {
                path.insert(0, '/');
            }
            path.insert(0, lies.name().text());
            if (depth == MOST_DEPTH || path.length() > MOST_PATH_BYTES) {
                throw new Refused(Status.NAMETOOLONG);
            }
            at = lies.directory();
        }
        return path.toString();
    }

    /// The directory of a file, by handle; the folder's own is itself.
    Handle above(Handle handle) throws IOException {
        return handle.equals(root) ? root : lies(handle).orElseThrow().directory();
    }

    /// The handle of what has a name in a directory, to give it to a client.
    Handle handle(Subject directory, Name name, FileType type) throws IOException {
        Optional<Lies> lies = table.find(directory.handle(), name);
        if (lies.isPresent()) {
            if (lies.get().type() == type) {
                return lies.get().handle();
            }
            table.add(new Gone(lies.get().handle()));
        }
        Handle handle = unused(directory, name);
        table.add(new Lies(handle, type, directory.handle(), name));
        return handle;
    }

    private Handle unused(Subject directory, Name name) throws IOException {
        return table.unused(Handle.first(grant.name(), directory.path(name)));
    }

    /// What the id of a file is, or will be when somebody asks for its handle.
    long fileId(Subject directory, Name name) throws IOException {
        Optional<Lies> lies = table.find(directory.handle(), name);
        return lies.isPresent() ? lies.get().handle().fileId() : unused(directory, name).fileId();
    }

    /// A file was removed, or another one made in its place.
    void gone(Subject directory, Name name) throws IOException {
        Optional<Lies> lies = table.find(directory.handle(), name);
        if (lies.isPresent()) {
            table.add(new Gone(lies.get().handle()));
        }
    }

    void moved(Subject from, Name old, Subject to, Name now) throws IOException {
        Optional<Lies> lies = table.find(from.handle(), old);
        if (lies.isPresent()) {
            Lies before = lies.get();
            if (!before.directory().equals(to.handle()) || !before.name().equals(now)) {
                table.add(new Lies(before.handle(), before.type(), to.handle(), now));
            }
        } else {
            gone(to, now);
        }
    }

    /// For a handle of which the table knows nothing: the table was lost, or nobody gave it.
    private Optional<Lies> search(Handle handle) throws IOException {
        if (handle.grant() != root.grant() || table.hasEnded(handle)) {
            return Optional.empty();
        }
        Optional<Lies> adopted = adopt(handle);
        if (adopted.isPresent() || !mayWalk()) {
            return adopted;
        }
        long begin = System.nanoTime();
        walk();
        synchronized (this) {
            // A twentieth of a processor, however much is asked for.
            long took = System.nanoTime() - begin;
            walkNotBefore = Optional.of(System.nanoTime() + Math.max(WALK_PAUSE_NANOS, 20 * took));
        }
        Optional<Lies> found = table.find(handle);
        return found.isPresent() ? found : adopt(handle);
    }

    private synchronized boolean mayWalk() {
        if (walkNotBefore.isPresent() && System.nanoTime() - walkNotBefore.get() < 0) {
            return false;
        }
        walkNotBefore = Optional.of(Long.MAX_VALUE / 2 + System.nanoTime());
        return true;
    }

    /// A later generation of a path that is in use again: the table that said so was lost.
    private Optional<Lies> adopt(Handle handle) throws IOException {
        Optional<Lies> first = table.find(handle.generation(0));
        if (handle.generation() == 0 || first.isEmpty()) {
            return Optional.empty();
        }
        Lies lies = first.get();
        if (!Handle.first(grant.name(), path(lies.handle())).equals(lies.handle())) {
            return Optional.empty();
        }
        table.add(new Lies(handle, lies.type(), lies.directory(), lies.name()));
        return table.find(handle);
    }

    /// Has all handles known of files that were never moved.
    private void walk() throws IOException {
        ArrayDeque<Handle> directories = new ArrayDeque<>(List.of(root));
        int walked = 0;
        while (!directories.isEmpty() && walked < MOST_WALKED) {
            int left = MOST_WALKED - walked;
            try (Subject directory = open(directories.remove())) {
                List<Name> names = new ArrayList<>();
                Directory.list(
                        directory.descriptor(),
                        name -> {
                            names.add(name);
                            return names.size() < left;
                        });
                walked += names.size();
                for (Name name : names) {
                    FileType type = beneath.stat(directory.descriptor(), name).type();
                    Handle handle = handle(directory, name, type);
                    if (type == FileType.DIRECTORY) {
                        directories.add(handle);
                    }
                }
            } catch (Refused _) {
                // It went away meanwhile, or is not for this user.
            }
        }
    }
}
