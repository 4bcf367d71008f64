package carryall.folder;

import java.io.IOException;
import java.nio.channels.ByteChannel;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Serves granted folders to one guest, as NFS version 3 over whatever channels it is given. Safe
/// for many threads.
///
/// Costs a connection: a thread, and up to 2 MiB for the largest request and reply; it answers one
/// request after the other. Costs all in all: 16 MiB at most for the index of handles. No file
/// stays open between requests.
public final class FolderServer implements AutoCloseable {
    /// A channel that comes when there are so many is refused.
    static final int MOST_CONNECTIONS = 16;

    private final HandleTable table;
    private final GuestUser guest;
    private final Folders folders = new Folders();
    private final Replies replies = new Replies();
    private final long verifier = new SecureRandom().nextLong();
    private final Set<ByteChannel> channels = ConcurrentHashMap.newKeySet();

    private volatile boolean isClosed;

    private FolderServer(HandleTable table, GuestUser guest) {
        this.table = table;
        this.guest = guest;
    }

    /// Begins without a folder.
    ///
    /// @param handles a file of this server's alone, made if it is not there. A machine that goes
    ///   on later, or on another host, knows its open files by it. If it is lost or damaged, those
    ///   are found again that were not renamed
    /// @param guest whom the guest sees as the owner of the host user's files
    /// @throws IOException if that file cannot be written
    public static FolderServer open(Path handles, GuestUser guest) throws IOException {
        return new FolderServer(HandleTable.open(handles), guest);
    }

    /// Grants a folder, which can be mounted from now on.
    ///
    /// @throws IOException if it is not there, not a folder, or the kernel is too old to keep a
    ///   guest in it
    /// @throws IllegalArgumentException if a folder of that name is granted
    public void add(Grant grant) throws IOException {
        Folder folder = Folder.open(grant, guest, table);
        if (!folders.add(folder)) {
            folder.beneath().close();
            throw new IllegalArgumentException("granted already: " + grant.name());
        }
    }

    /// Takes a folder away. When this returns no request touches it, unless one that was under way
    /// has waited for the host's disk for more than 10 seconds; what a guest still asks is answered
    /// with `NFS3ERR_STALE`. If it is granted again the guest goes on with what it had open.
    ///
    /// @return whether it was granted
    public boolean remove(String name) throws InterruptedException {
        Optional<Folder> folder = folders.remove(name);
        if (folder.isPresent()) {
            folder.get().close();
        }
        return folder.isPresent();
    }

    /// Those that can be mounted now.
    public List<Grant> grants() {
        return folders.all().stream().map(Folder::grant).toList();
    }

    /// Answers one client until it leaves, says something that is no RPC, or the server is closed.
    ///
    /// @param channel connected and blocking; closed when this returns. An interrupt closes it
    /// @throws IOException if there are too many connections
    public void serve(ByteChannel channel) throws IOException {
        channels.add(channel);
        if (isClosed || channels.size() > MOST_CONNECTIONS) {
            channels.remove(channel);
            channel.close();
            throw new IOException(
                    isClosed
                            ? "the folders are served no more"
                            : "more than " + MOST_CONNECTIONS + " connections");
        }
        // Not the caller's: what the kernel knows of a user belongs to a thread of its own.
        Conversation conversation = new Conversation(channel);
        Thread thread = Thread.ofPlatform().daemon().name("folder connection").start(conversation);
        try {
            thread.join();
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        } finally {
            channels.remove(channel);
            channel.close();
        }
    }

    private final class Conversation implements Runnable {
        private final ByteChannel channel;

        Conversation(ByteChannel channel) {
            this.channel = channel;
        }

        @Override
        public void run() {
            RpcConversation conversation =
                    new RpcConversation(
                            new RpcRecord(channel),
                            List.of(new NfsProgram(folders, verifier), new MountProgram(folders)),
                            replies);
            while (true) {
                try {
                    conversation.next();
                } catch (IOException leftOrSaysNoRpc) {
                    return;
                }
                try {
                    table.tidy();
                } catch (IOException tooLittleSpace) {
                    // The table goes on as it is.
                }
            }
        }
    }

    /// Has all handles on disk: what is saved of the guest after this can go on elsewhere with a
    /// copy of their file.
    public void flush() throws IOException {
        table.flush();
    }

    /// Ends all connections and takes all folders away.
    @Override
    public void close() throws IOException {
        isClosed = true;
        for (ByteChannel channel : channels) {
            channel.close();
        }
        try {
            for (Folder folder : folders.all()) {
                remove(folder.grant().name());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        table.close();
    }
}
