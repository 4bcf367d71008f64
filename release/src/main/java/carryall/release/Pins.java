package carryall.release;

import carryall.crypto.Digest;
import carryall.crypto.VerifyingKey;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What this host has seen of publishers: a directory with a file for each repository, written
/// beside and renamed. Whoever loses it is told again whom it trusts, as at the first contact.
public final class Pins {
    private static final long FORMAT = 1;

    private final Path directory;

    /// Over a directory, which need not be there yet.
    public Pins(Path directory) {
        this.directory = directory;
    }

    /// What was seen of one repository.
    ///
    /// @param location of the repository
    /// @param publisher as its keys name it
    /// @param root of the newest statement of keys
    /// @param keysVersion of that statement
    /// @param keysDigest of its signed text
    /// @param channels by name
    public record Pin(
            String location,
            String publisher,
            VerifyingKey root,
            long keysVersion,
            Digest keysDigest,
            Map<String, Seen> channels) {
        public Pin {
            channels = Map.copyOf(channels);
        }

        static Pin of(String location, PublisherKeys keys) {
            return new Pin(
                    location,
                    keys.publisher(),
                    keys.root(),
                    keys.version(),
                    Digest.of(new byte[0]),
                    Map.of());
        }

        Optional<Seen> seen(String channel) {
            return Optional.ofNullable(channels.get(channel));
        }

        Pin with(PublisherKeys keys, Digest digest) {
            return new Pin(location, publisher, keys.root(), keys.version(), digest, channels);
        }

        Pin with(String channel, Seen seen) {
            Map<String, Seen> all = new TreeMap<>(channels);
            all.put(channel, seen);
            return new Pin(location, publisher, root, keysVersion, keysDigest, all);
        }
    }

    /// The newest document of a channel that was seen.
    public record Seen(long sequence, long keysVersion, Digest digest) {}

    private Path file(String location) {
        String name = Digest.of(location.getBytes(StandardCharsets.UTF_8)).hex();
        return directory.resolve(name.substring(0, 32) + ".json");
    }

    /// What was seen of a repository.
    ///
    /// @throws ReleaseException.SubscriptionDamaged if what was written is damaged
    public Optional<Pin> find(String location) throws IOException {
        Path file = file(location);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(Files.readString(file)));
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
                        text.text("location"),
                        text.text("publisher"),
                        new VerifyingKey(text.text("root")),
                        text.number("keysVersion"),
                        new Digest(text.text("keysDigest")),
                        channels);
        text.end();
        return pin;
    }

    /// Remembers what was seen of a repository.
    void put(Pin pin) throws IOException {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("location", pin.location());
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
        Durable.replace(file(pin.location()), JsonText.write(text) + "\n");
    }
}
