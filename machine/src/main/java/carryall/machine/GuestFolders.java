package carryall.machine;

import carryall.appliance.Sharing;
import carryall.folder.FolderServer;
import carryall.folder.Grant;
import carryall.folder.GuestUser;
import carryall.folder.Line;
import carryall.hypervisor.GuestAgent;
import carryall.hypervisor.Qemu;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/// The folders of one running machine: serves them over its port, has the guest mount them, and
/// writes down what is granted. Safe for many threads; changes take turns.
///
/// The guest is told all its folders whenever its end of the line was met anew: after it came up,
/// after it was resumed, and after it restarted. What it had mounted when it was saved goes on by
/// itself, for handles mean the same here.
final class GuestFolders implements AutoCloseable {
    private static final String SCRIPT = "/usr/lib/carryall/folders";

    /// The app's user in guests from Debian.
    private static final GuestUser USER = new GuestUser(1000, 1000);

    private static final Duration PING = Duration.ofSeconds(5);
    private static final Duration SHORT_PING = Duration.ofSeconds(2);
    private static final Duration SCRIPT_PATIENCE = Duration.ofSeconds(60);
    private static final Duration HOLD_PATIENCE = Duration.ofSeconds(3);

    private final MachineFolder files;
    private final Path home;
    private final Qemu qemu;
    private final KeeperLog log;
    private final FolderServer server;
    private final AtomicBoolean isTelling = new AtomicBoolean();

    /// Completed when a guest that was resumed knows the time.
    private CompletableFuture<Boolean> awake = new CompletableFuture<>();

    private Optional<Line> line = Optional.empty();

    /// Guarded by this object, as is every change.
    private List<Grant> grants;

    private GuestFolders(
            MachineFolder files,
            Path home,
            Qemu qemu,
            KeeperLog log,
            FolderServer server,
            List<Grant> grants) {
        this.files = files;
        this.home = home;
        this.qemu = qemu;
        this.log = log;
        this.server = server;
        this.grants = List.copyOf(grants);
    }

    /// Serves what is granted, to nobody yet.
    ///
    /// @param home the state directory, which no guest reaches
    static GuestFolders open(
            MachineFolder files, Path home, Qemu qemu, KeeperLog log, List<Grant> grants)
            throws IOException {
        FolderServer server = FolderServer.open(files.handles(), USER);
        GuestFolders folders = new GuestFolders(files, home, qemu, log, server, grants);
        folders.serveAll();
        return folders;
    }

    /// Joins the guest's port.
    ///
    /// @param awake completed when the guest may be told something
    void begin(CompletableFuture<Boolean> awake) {
        this.awake = awake;
        try {
            SocketChannel port =
                    SocketChannel.open(UnixDomainSocketAddress.of(qemu.portSocket(Sharing.PORT)));
            Line joined = Line.over(port, server, this::tellSoon);
            line = Optional.of(joined);
            Thread.ofVirtual().name("folders of " + files.path().getFileName()).start(joined::run);
        } catch (IOException failure) {
            log.say("the guest gets no folders: " + failure.getMessage());
        }
    }

    /// Tries to serve what is granted and not served.
    private synchronized void serveAll() {
        for (Grant grant : grants) {
            if (!isServed(grant)) {
                try {
                    FolderPlace.checked(grant.directory(), home);
                    server.add(grant);
                } catch (IOException failure) {
                    log.say("folder " + grant.name() + " is not served: " + failure.getMessage());
                }
            }
        }
    }

    private boolean isServed(Grant grant) {
        return server.grants().stream().anyMatch(other -> other.name().equals(grant.name()));
    }

    /// Tells the guest what it has, as soon as it listens. A machine that never had a folder is not
    /// told so.
    private void tellSoon() {
        if (files.folders().toFile().exists() && isTelling.compareAndSet(false, true)) {
            Thread.ofVirtual()
                    .name("telling of folders")
                    .start(() -> {
                        awake.join();
                        boolean listens = false;
                        while (!listens && !qemu.ended().isDone()) {
                            listens = qemu.agent().answers(PING);
                        }
                        isTelling.set(false);
                        if (listens) {
                            tell().ifPresent(why -> log.say("folders are not mounted: " + why));
                        }
                    });
        }
    }

    /// Tells the guest what it has.
    ///
    /// @return why it has not mounted all
    private synchronized Optional<String> tell() {
        serveAll();
        List<String> words = new ArrayList<>(List.of(SCRIPT));
        for (Grant grant : grants) {
            String mode =
                    switch (grant.access()) {
                        case READ_ONLY -> "ro:";
                        case READ_WRITE -> "rw:";
                    };
            words.add((isServed(grant) ? mode : "keep:") + grant.name());
        }
        try {
            GuestAgent.Outcome outcome = qemu.agent().run(words, SCRIPT_PATIENCE);
            log.say("the guest has " + grants.size() + " folders");
            return outcome.exitCode() == 0
                    ? Optional.empty()
                    : Optional.of(outcome.output().strip());
        } catch (IOException failure) {
            return Optional.of(String.valueOf(failure.getMessage()));
        }
    }

    private boolean listens() {
        return awake.isDone() && qemu.agent().answers(SHORT_PING);
    }

    /// Grants one, and writes it down.
    ///
    /// @throws IOException if it cannot be served; nothing was changed
    synchronized Granted add(Grant grant) throws IOException {
        FolderPlace.checked(grant.directory(), home);
        if (grants.size() >= FoldersText.MOST) {
            throw new IOException("there are " + FoldersText.MOST + " folders already");
        }
        if (grants.stream().anyMatch(other -> other.name().equals(grant.name()))) {
            throw new IOException("there is a folder " + grant.name() + " already");
        }
        server.add(grant);
        List<Grant> after = new ArrayList<>(grants);
        after.add(grant);
        try {
            files.writeFolders(after);
        } catch (IOException failure) {
            takeAway(grant.name());
            throw failure;
        }
        grants = List.copyOf(after);
        log.say("folder " + grant.name() + " is granted: " + grant.directory());
        if (!listens()) {
            tellSoon();
            return new Granted.NotYet("the guest is not up yet, and gets it when it is");
        }
        return tell().<Granted>map(Granted.NotYet::new).orElse(new Granted.Mounted());
    }

    /// Takes one away: the guest unmounts it if it can, and is refused from then on in any case.
    synchronized void remove(String name) throws IOException {
        List<Grant> after = new ArrayList<>(grants);
        if (!after.removeIf(grant -> grant.name().equals(name))) {
            throw new IOException("there is no folder " + name);
        }
        files.writeFolders(after);
        grants = List.copyOf(after);
        if (listens()) {
            tell().ifPresent(why -> log.say("folder " + name + " is not unmounted: " + why));
        }
        takeAway(name);
        log.say("folder " + name + " is taken away");
    }

    private void takeAway(String name) {
        try {
            server.remove(name);
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /// Lets no further request begin, and waits for those under way, so that none is done twice
    /// when the guest goes on. All handles are on disk then.
    void hold() throws IOException {
        try {
            if (line.isPresent() && !line.get().hold(HOLD_PATIENCE)) {
                log.say("a folder's answers are still on their way");
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
        server.flush();
    }

    /// Goes on after [#hold].
    void release() {
        line.ifPresent(Line::release);
    }

    @Override
    public void close() throws IOException {
        if (line.isPresent()) {
            line.get().close();
        }
        server.close();
    }
}
