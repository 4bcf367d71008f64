package carryall.release;

import carryall.crypto.Digest;
import carryall.json.JsonText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/// What this host remembers of shelves: how each is reached, as the user once said, and how fast it
/// was. A directory with a file for each, written beside and renamed; `docs/formats/release.md` has
/// its keys. Safe for many processes.
public final class KnownShelves {
    /// Where it is in the state directory.
    static final String FOLDER = "shelves";

    private static final long FORMAT = 1;
    private static final int DIGITS = 32;

    /// What takes less tells more of the way there than of its width.
    private static final long LEAST_MEASURED_BYTES = 1 << 20;

    private final Path directory;

    /// Over a directory, which need not be there yet.
    public KnownShelves(Path directory) {
        this.directory = directory;
    }

    private record Known(Subscription.Settings settings, OptionalLong bytesPerSecond) {
        static final Known NOTHING = new Known(Subscription.Settings.USUAL, OptionalLong.empty());
    }

    /// How a shelf is reached.
    ///
    /// @param said what the user said of it now; for what is not said, what was said before counts
    public Subscription.Settings settings(Reference.ShelfAddress shelf, Subscription.Settings said)
            throws IOException {
        Subscription.Settings before = find(shelf).settings();
        return new Subscription.Settings(
                said.ca().or(before::ca),
                said.plainHttp() == Subscription.Transport.PLAIN_ALLOWED
                        ? said.plainHttp()
                        : before.plainHttp());
    }

    /// Remembers how a shelf is reached, for it alone.
    public void remember(Reference.ShelfAddress shelf, Subscription.Settings settings)
            throws IOException {
        if (!find(shelf).settings().equals(settings)) {
            change(shelf, known -> new Known(settings, known.bytesPerSecond()));
        }
    }

    /// How fast a shelf gave what was last fetched from it.
    public OptionalLong bytesPerSecond(Reference.ShelfAddress shelf) throws IOException {
        return find(shelf).bytesPerSecond();
    }

    /// Remembers how fast a shelf is, unless so little came that it tells nothing.
    ///
    /// @param bytes that came
    public void measured(Reference.ShelfAddress shelf, long bytes, Duration took)
            throws IOException {
        if (bytes >= LEAST_MEASURED_BYTES) {
            long rate = Math.max(1, bytes * 1000 / Math.max(1, took.toMillis()));
            change(shelf, known -> new Known(known.settings(), OptionalLong.of(rate)));
        }
    }

    /// Forgets all of a shelf.
    public void forget(Reference.ShelfAddress shelf) throws IOException {
        Files.deleteIfExists(file(shelf));
    }

    private Path file(Reference.ShelfAddress shelf) {
        String digits = Digest.of(shelf.text().getBytes(StandardCharsets.UTF_8)).hex();
        return directory.resolve(digits.substring(0, DIGITS) + ".json");
    }

    private Known find(Reference.ShelfAddress shelf) throws IOException {
        Path file = file(shelf);
        if (!Files.exists(file)) {
            return Known.NOTHING;
        }
        try {
            return parse(Files.readString(file));
        } catch (IllegalArgumentException wrong) {
            throw new ReleaseException.SubscriptionDamaged(file, wrong);
        }
    }

    private void change(Reference.ShelfAddress shelf, UnaryOperator<Known> change)
            throws IOException {
        Files.createDirectories(directory);
        try (FolderTurn _ = FolderTurn.take(directory)) {
            Durable.replace(file(shelf), text(shelf, change.apply(find(shelf))));
        }
    }

    private static String text(Reference.ShelfAddress shelf, Known known) {
        Map<String, Object> text = new LinkedHashMap<>();
        text.put("format", FORMAT);
        text.put("shelf", shelf.text());
        known.settings().ca().ifPresent(ca -> text.put("ca", ca.toAbsolutePath().toString()));
        if (known.settings().plainHttp() == Subscription.Transport.PLAIN_ALLOWED) {
            text.put("transport", "plain");
        }
        known.bytesPerSecond().ifPresent(rate -> text.put("bytesPerSecond", rate));
        return JsonText.write(text) + "\n";
    }

    private static Known parse(String content) {
        JsonText text = JsonText.parse(content);
        if (text.number("format") != FORMAT) {
            throw new IllegalArgumentException("a format that this Carryall does not know");
        }
        text.text("shelf");
        Optional<Path> ca = text.optionalText("ca").map(Path::of);
        boolean plain = text.optionalText("transport").isPresent();
        OptionalLong rate =
                text.optionalNumber("bytesPerSecond")
                        .map(OptionalLong::of)
                        .orElse(OptionalLong.empty());
        text.end();
        return new Known(
                new Subscription.Settings(
                        ca,
                        plain ? Subscription.Transport.PLAIN_ALLOWED : Subscription.Transport.TLS),
                rate);
    }
}
