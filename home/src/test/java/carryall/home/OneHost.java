package carryall.home;

import carryall.crypto.Digest;
import carryall.machine.MachineName;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;

/// A host in a test: a folder of what it knows, and one machine of files.
final class OneHost {
    static final UUID MACHINE = UUID.fromString("0f8fad5b-d9cb-469f-a165-70867728950e");
    static final MachineName NAME = new MachineName("plans");

    private final Path folder;
    private final FailingStore store;
    private final String label;
    private final InstantSource clock;
    private final Map<String, byte[]> files = new TreeMap<>();
    private int fetched;

    OneHost(Path folder, HomeStore store, String label, InstantSource clock) {
        this.folder = folder;
        this.store = new FailingStore(store);
        this.label = label;
        this.clock = clock;
    }

    String label() {
        return label;
    }

    FailingStore store() {
        return store;
    }

    private Home.Newcomer newcomer() {
        return new Home.Newcomer(folder.resolve("home"), label, "memory");
    }

    RecoveryKey makes(Passphrase passphrase) throws IOException {
        return Home.make(store, newcomer(), passphrase, clock, new SecureRandom()).recovery();
    }

    void joins(Secret secret) throws IOException {
        Home.join(store, newcomer(), secret, clock, new SecureRandom());
    }

    /// As each command opens it anew.
    Home home() throws IOException {
        return Home.open(store, folder.resolve("home"), clock, new SecureRandom());
    }

    Map<String, byte[]> files() {
        return files;
    }

    Digest stands() {
        StringBuilder all = new StringBuilder();
        files.forEach((path, bytes) -> all.append(path).append(Digest.of(bytes)));
        return Digest.of(all.toString().getBytes(StandardCharsets.UTF_8));
    }

    Luggage luggage(int state) throws IOException {
        Path disk = Files.createDirectories(folder.resolve("disk"));
        Map<String, Path> paths = new TreeMap<>();
        int number = 0;
        for (var each : files.entrySet()) {
            Path file = disk.resolve("file-" + number++);
            Files.write(file, each.getValue());
            paths.put(each.getKey(), file);
        }
        return new Luggage(MACHINE, NAME, state, List.of(), paths);
    }

    Home.Pushed push() throws IOException {
        return home().push(luggage(1), stands());
    }

    /// Fetches the newest save if it goes on from what is here.
    Fetching.Relation pull(Optional<String> from) throws IOException {
        Fetching fetching = home().fetching();
        Fetching.Found found = fetching.newest(NAME, from);
        Optional<Digest> here = files.isEmpty() ? Optional.empty() : Optional.of(stands());
        Fetching.Relation relation = fetching.relation(found, here);
        if (relation == Fetching.Relation.AHEAD) {
            Map<String, byte[]> theirs = fetch(found);
            files.clear();
            files.putAll(theirs);
            fetching.arrived(found, stands());
        }
        return relation;
    }

    private Map<String, byte[]> fetch(Fetching.Found found) throws IOException {
        Path place = Files.createDirectories(folder.resolve("fetched-" + fetched++));
        home().fetching().into(found, place, (_, _) -> place);
        return read(place);
    }

    static Map<String, byte[]> read(Path place) throws IOException {
        Map<String, byte[]> read = new TreeMap<>();
        try (Stream<Path> all = Files.walk(place)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                read.put(place.relativize(file).toString(), Files.readAllBytes(file));
            }
        }
        return read;
    }

    /// The files of any save, as this host would restore them.
    Map<String, byte[]> restored(ObjectName save) throws IOException {
        Seat seat = home().seat();
        Save found = seat.sealed().save(save);
        PackReader packs = new PackReader(seat.sealed().store(), seat.sealed().sealer(), 2);
        Map<String, byte[]> restored = new TreeMap<>();
        for (SavedFile file : found.files()) {
            byte[] bytes = new byte[(int) file.sizeBytes()];
            new SavedContent(found, file, packs, (_, _) -> folder).read(0, bytes, 0, bytes.length);
            restored.put(file.path(), bytes);
        }
        return restored;
    }
}
