package carryall.release;

import carryall.crypto.Digest;
import carryall.crypto.VerifyingKey;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;

/// What this host has seen of publishers: a folder for each shelf, with a file for each publisher,
/// written beside and renamed, one writer at a time. Whoever loses it is asked again whom to trust,
/// as at the first contact. Safe for many threads and processes.
public final class Pins {
    private static final long FORMAT = 1;
    private static final int SHELF_DIGITS = 32;

    private final Path directory;

    /// The system's locks are the whole process's: its threads take turns here first.
    private final ReentrantLock turn = new ReentrantLock(true);

    /// Over a directory, which need not be there yet.
    public Pins(Path directory) {
        this.directory = directory;
    }

    /// What was seen of a publisher on one shelf.
    ///
    /// @param shelf where it lies
    /// @param publisher as its keys name it
    /// @param root of the newest statement of keys
    /// @param keysVersion of that statement
    /// @param keysDigest of its signed text
    /// @param channels by app and name, such as `librecad:stable`
    public record Pin(
            String shelf,
            String publisher,
            VerifyingKey root,
            long keysVersion,
            Digest keysDigest,
            Map<String, Seen> channels) {
        public Pin {
            channels = Map.copyOf(channels);
        }

        static Pin of(String shelf, PublisherKeys keys, Digest digest) {
            return new Pin(shelf, keys.publisher(), keys.root(), keys.version(), digest, Map.of());
        }

        Optional<Seen> seen(String app, String channel) {
            return Optional.ofNullable(channels.get(app + ":" + channel));
        }

        boolean hasApp(String app) {
            return channels.keySet().stream().anyMatch(name -> name.startsWith(app + ":"));
        }

        Pin with(PublisherKeys keys, Digest digest) {
            return new Pin(shelf, publisher, keys.root(), keys.version(), digest, channels);
        }

        Pin with(String app, String channel, Seen seen) {
            Map<String, Seen> all = new TreeMap<>(channels);
            all.put(app + ":" + channel, seen);
            return new Pin(shelf, publisher, root, keysVersion, keysDigest, all);
        }

        /// The newer of both in everything.
        Pin and(Pin other) {
            Map<String, Seen> all = new TreeMap<>(channels);
            other.channels.forEach((name, seen) -> all.merge(name, seen, Seen::newer));
            Pin keys = other.keysVersion > keysVersion ? other : this;
            return new Pin(shelf, publisher, keys.root, keys.keysVersion, keys.keysDigest, all);
        }
    }

    /// The newest document of a channel that was seen.
    public record Seen(long sequence, long keysVersion, Digest digest) {
        private Seen newer(Seen other) {
            boolean isLess =
                    keysVersion == other.keysVersion
                            ? sequence < other.sequence
                            : keysVersion < other.keysVersion;
            return isLess ? other : this;
        }
    }

    private Path folder(String shelf) {
        String name = Digest.of(shelf.getBytes(StandardCharsets.UTF_8)).hex();
        return directory.resolve(name.substring(0, SHELF_DIGITS));
    }

    private Path file(String shelf, String publisher) {
        // A publisher's name is a file's: it has no slash and does not begin with a dot.
        return folder(shelf).resolve(publisher + ".json");
    }

    /// What was seen of a publisher on a shelf.
    ///
    /// @param publisher as in the names of its appliances
    /// @throws ReleaseException.SubscriptionDamaged if what was written is damaged
    Optional<Pin> find(String shelf, String publisher) throws IOException {
        Path file = file(shelf, publisher);
        return Files.exists(file) ? Optional.of(read(file)) : Optional.empty();
    }

    /// What was seen of the publisher one of whose channels was seen for an app on a shelf.
    Optional<Pin> ofApp(String shelf, String app) throws IOException {
        for (Path file : files(shelf)) {
            Pin pin = read(file);
            if (pin.hasApp(app)) {
                return Optional.of(pin);
            }
        }
        return Optional.empty();
    }

    private List<Path> files(String shelf) throws IOException {
        List<Path> files = new ArrayList<>();
        if (Files.isDirectory(folder(shelf))) {
            try (DirectoryStream<Path> found =
                    Files.newDirectoryStream(folder(shelf), "[a-z0-9]*.json")) {
                found.forEach(files::add);
            }
        }
        return files;
    }

    private static Pin read(Path file) throws IOException {
        try {
            return parse(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.SubscriptionDamaged(file, wrong);
        }
    }

    private static Pin parse(String content) {
        JsonText text = JsonText.parse(content);
        if (text.number("format") != FORMAT) {
            throw new IllegalArgumentException("a format that this Carryall does not know");
        }
        Map<String, Seen> channels = new TreeMap<>();
        JsonText object = text.object("channels");
        for (String name : object.keys()) {
            JsonText one = object.object(name);
            channels.put(
                    name,
                    new Seen(
                            one.number("sequence"),
                            one.number("keysVersion"),
                            new Digest(one.text("digest"))));
            one.end();
        }
        Pin pin =
                new Pin(
                        text.text("shelf"),
                        text.text("publisher"),
                        new VerifyingKey(text.text("root")),
                        text.number("keysVersion"),
                        new Digest(text.text("keysDigest")),
                        channels);
        text.end();
        return pin;
    }

    /// Remembers what was seen of a publisher, unless newer was.
    void put(Pin pin) throws IOException {
        Files.createDirectories(folder(pin.shelf()));
        turn.lock();
        try (FolderTurn _ = FolderTurn.take(directory)) {
            Optional<Pin> there = find(pin.shelf(), pin.publisher());
            Pin merged = there.map(one -> one.and(pin)).orElse(pin);
            if (there.isEmpty() || !there.get().equals(merged)) {
                Durable.replace(file(pin.shelf(), pin.publisher()), text(merged));
            }
        } finally {
            turn.unlock();
        }
    }

    private static String text(Pin pin) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("shelf", pin.shelf());
        text.put("publisher", pin.publisher());
        text.put("root", pin.root().base64());
        text.put("keysVersion", pin.keysVersion());
        text.put("keysDigest", pin.keysDigest().text());
        Map<String, Object> channels = new TreeMap<>();
        pin.channels()
                .forEach((name, seen) -> {
                    Map<String, Object> one = new LinkedHashMap<>();
                    one.put("sequence", seen.sequence());
                    one.put("keysVersion", seen.keysVersion());
                    one.put("digest", seen.digest().text());
                    channels.put(name, one);
                });
        text.put("channels", channels);
        return JsonText.write(text) + "\n";
    }
}
