package carryall.home;

import carryall.crypto.Digest;
import carryall.transport.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;

/// A user's own sealed store of states, as one of its hosts sees it. A command that writes has it
/// alone on this host; other hosts are never waited for.
public final class Home {
    private final Seat seat;
    private final SecureRandom random;

    private Home(Seat seat, SecureRandom random) {
        this.seat = seat;
        this.random = random;
    }

    /// A new home, and what is to be printed.
    public record Made(Home home, RecoveryKey recovery) {}

    /// What this host is to be called, and where it keeps what it knows.
    ///
    /// @param folder in the state directory; need not be there
    /// @param label what people call the host, up to 80 characters
    /// @param place of the home, as the user wrote it
    public record Newcomer(Path folder, String label, String place) {}

    /// Makes a home in an empty store.
    ///
    /// @throws HomeException.HomeThere if one is there
    /// @throws HomeException.HasHome if this host belongs to one
    public static Made make(
            HomeStore store,
            Newcomer newcomer,
            Passphrase passphrase,
            InstantSource clock,
            SecureRandom random)
            throws HomeException, TransportException {
        HomeFolder files = new HomeFolder(newcomer.folder());
        try (HomeFolder.Turn _ = files.turn()) {
            refuseMember(files);
            Keyring keyring = new Keyring(store);
            if (!keyring.isEmpty()) {
                throw new HomeException.HomeThere(store.location());
            }
            MasterKey master = MasterKey.random(random);
            StoreId id = new StoreId(UUID.randomUUID());
            RecoveryKey recovery = RecoveryKey.random(random);
            keyring.wrap(master, id, recovery, Optional.empty(), random);
            keyring.wrap(master, id, passphrase, Optional.empty(), random);
            return new Made(
                    seated(store, newcomer, files, new Opened(master, id), clock, random),
                    recovery);
        }
    }

    private record Opened(MasterKey master, StoreId id) {}

    private static void refuseMember(HomeFolder files) throws HomeException {
        if (files.isMember()) {
            throw new HomeException.HasHome(files.membership().place());
        }
    }

    /// Makes this host one of the home's.
    ///
    /// @param secret the passphrase, or the recovery key
    /// @throws HomeException.NotHome if there is none
    /// @throws HomeException.KeyRefused if the secret does not open it
    public static Home join(
            HomeStore store,
            Newcomer newcomer,
            Secret secret,
            InstantSource clock,
            SecureRandom random)
            throws HomeException, TransportException {
        HomeFolder files = new HomeFolder(newcomer.folder());
        try (HomeFolder.Turn _ = files.turn()) {
            refuseMember(files);
            Keyring.Opened opened = new Keyring(store).open(secret);
            return seated(
                    store,
                    newcomer,
                    files,
                    new Opened(opened.master(), opened.home()),
                    clock,
                    random);
        }
    }

    /// Gives the host a key and a first head, so that others know of it before it saves.
    private static Home seated(
            HomeStore store,
            Newcomer newcomer,
            HomeFolder files,
            Opened opened,
            InstantSource clock,
            SecureRandom random)
            throws HomeException, TransportException {
        HostId host = new HostId(UUID.randomUUID());
        HostKey key = HostKey.random(random);
        new Keyring(store).wrap(opened.master(), opened.id(), key, Optional.of(host), random);
        HomeFolder.Membership member =
                new HomeFolder.Membership(opened.id(), host, newcomer.label(), newcomer.place());
        Sealer sealer = new Sealer(opened.master(), opened.id(), random);
        Seat seat = new Seat(files, new SealedStore(store, sealer), member, clock);
        files.join(member, key);
        seat.publish(seat.look(), List.of(), Set.of(), Set.of());
        return new Home(seat, random);
    }

    /// Where this host's home is, as the user wrote it.
    ///
    /// @throws HomeException.NoHome if it belongs to none
    public static String place(Path folder) throws HomeException {
        return new HomeFolder(folder).membership().place();
    }

    /// The id by which this host writes.
    public static UUID writer(Path folder) throws HomeException {
        return new HomeFolder(folder).membership().host().id();
    }

    /// Opens the home that this host belongs to, with the host's own key.
    ///
    /// @throws HomeException.OtherHome if another lies there
    /// @throws HomeException.KeyRefused if the home has forgotten this host
    public static Home open(HomeStore store, Path folder, InstantSource clock, SecureRandom random)
            throws HomeException, TransportException {
        HomeFolder files = new HomeFolder(folder);
        HomeFolder.Membership member = files.membership();
        Keyring.Opened opened = new Keyring(store).open(files.key());
        if (!opened.home().equals(member.home())) {
            throw new HomeException.OtherHome(store.location(), member.home(), opened.home());
        }
        Sealer sealer = new Sealer(opened.master(), opened.home(), random);
        return new Home(new Seat(files, new SealedStore(store, sealer), member, clock), random);
    }

    Seat seat() {
        return seat;
    }

    /// What a save put there.
    ///
    /// @param sealedBytes of new packs
    public record Pushed(ObjectName save, long sealedBytes) {}

    /// Saves a state. When this returns, it is there, and counts.
    ///
    /// @param stands the digest of what says where the machine stands
    public Pushed push(Luggage luggage, Digest stands) throws IOException {
        try (HomeFolder.Turn _ = seat.files().turn()) {
            return new Pushing(seat).push(luggage, stands);
        }
    }

    /// The home as it is there now.
    View look() throws HomeException, TransportException {
        return seat.look();
    }

    /// Where machines stand; two of one machine: it went on in two places.
    public List<HomeStatus.Saved> saved() throws HomeException, TransportException {
        return HomeStatus.of(seat, seat.look()).saved();
    }

    /// How the home is.
    public HomeStatus status() throws HomeException, TransportException {
        return HomeStatus.of(seat, seat.look());
    }

    /// Fetches a save of a machine; the caller gives the files their place.
    public Fetching fetching() {
        return new Fetching(seat);
    }

    /// Removes what nothing needs.
    ///
    /// @param keep how many saves of each machine that this host made stay, 1 and more
    public Pruned prune(int keep) throws HomeException, TransportException {
        try (HomeFolder.Turn _ = seat.files().turn()) {
            return new Pruning(seat, keep).run();
        }
    }

    /// Checks that all is there.
    public Checked check(boolean isDataRead) throws HomeException, TransportException {
        return new Checking(seat).run(isDataRead);
    }

    /// Replaces the passphrase; the old one opens nothing from then on.
    public void change(Passphrase passphrase) throws HomeException, TransportException {
        try (HomeFolder.Turn _ = seat.files().turn()) {
            Keyring keyring = new Keyring(seat.sealed().store());
            Keyring.Opened opened = keyring.open(seat.files().key());
            ObjectName kept =
                    keyring.wrap(
                            opened.master(), opened.home(), passphrase, Optional.empty(), random);
            keyring.removeOthers(passphrase.form(), kept);
        }
    }

    /// Forgets another host: it opens the home no more, and nothing waits for it. What it saved
    /// stays, kept by this host.
    ///
    /// @param name its label, or its id
    public void forget(String name) throws HomeException, TransportException {
        try (HomeFolder.Turn _ = seat.files().turn()) {
            View view = seat.lookToWrite();
            List<HostId> found = new ArrayList<>();
            for (HostId host : view.hosts()) {
                Head head = view.heads().get(host);
                boolean isNamed = host.toString().equals(name);
                if (isNamed || (head != null && head.label().equals(name))) {
                    found.add(host);
                }
            }
            if (found.size() != 1 || found.getFirst().equals(seat.host())) {
                throw new HomeException.HostUnknown(
                        name,
                        found.isEmpty()
                                ? "there is none"
                                : found.size() > 1 ? "there are several" : "it is this host");
            }
            HostId host = found.getFirst();
            Head theirs = Optional.ofNullable(view.heads().get(host)).orElseThrow();
            Optional<Head> own = seat.own(view);
            Set<ObjectName> kept = new TreeSet<>(theirs.kept());
            own.ifPresent(head -> kept.addAll(head.kept()));
            List<Head.Tip> tips = new ArrayList<>(own.map(Head::tips).orElse(List.of()));
            theirs.tips().stream().filter(tip -> !isPassed(tip, tips)).forEach(tips::add);
            seat.publish(view, tips, kept, Set.of(host));
            new Keyring(seat.sealed().store()).removeOf(host);
        }
    }

    private static boolean isPassed(Head.Tip tip, List<Head.Tip> tips) {
        return tips.stream()
                .anyMatch(own ->
                        own.machine().equals(tip.machine())
                                && own.ancestry().includes(tip.ancestry()));
    }
}
